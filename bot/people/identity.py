"""Who is acting: a Slack user linked to a member of the organization, or a refusal in words.

One gate for commands, buttons and modals over both transports. Where Slack leaves a flag out, the safe reading counts,
unless TRUST_MISSING_FLAGS says otherwise (slack.md §7.4, §8).
"""

import asyncio
from collections.abc import Mapping, Sequence

import structlog

from bot.admin.model import Member
from bot.errors import NotAllowed, NotLinked, SlackError, SlackRefused, UpstreamError, UserError
from bot.people import db as links
from bot.people.model import Actor
from bot.people.roles import ADMIN_ROLES as ADMIN_ROLES
from bot.runtime import Runtime
from bot.slack.markup import Markup, code, escape
from bot.slack.model import SlackPerson
from bot.slack.refusals import NO_SUCH_PERSON
from bot.store.actions import AuditAction
from bot.words.addresses import is_same_address
from bot.words.calendars import Calendar, calendar_of
from bot.words.wording import listed

KNOWN_WITHIN = 2.0
"""Seconds to ask the organization in, for what is answered without its word as well."""
log = structlog.get_logger()

Links = Mapping[str, links.Link]
"""Links by Slack id."""
LOOKED_AT = 50
"""How many people of a user group are looked up to find active ones; a longer list of leavers isn't read to its end."""

_NOT_A_MEMBER = "This person is a guest, or belongs to another company, and can't be in the organization."
_NOBODY = "Slack shows me no such person. They may have left, or belong to a workspace that I'm not in."
_CHANGED = (
    "This person's e-mail address or membership changed since I linked them. An organization admin has to link them again."
)


async def resolve_actor(rt: Runtime, slack_id: str, team_id: str, *, fresh: bool = False) -> Actor:
    """Return the actor behind a Slack user; NotLinked with the reason otherwise.

    `fresh` asks Slack and the organization now: for every act that decides, reveals or changes something.
    """
    await _check_team(rt, slack_id, team_id)
    person, member, is_linked = await _checked(rt, slack_id, None, fresh=fresh)
    if not is_linked:
        await _link(rt, person, member)
    return Actor(slack_id, member, person.tz)


async def resolve_colleague(rt: Runtime, slack_id: str, team_id: str) -> Actor:
    """Return the actor as `resolve_actor` does, or, while the organization can't be asked, whom Slack alone knows.

    The member is then nobody: good for what every colleague may read, and for nothing else.
    """
    try:
        async with asyncio.timeout(KNOWN_WITHIN):
            return await resolve_actor(rt, slack_id, team_id)
    except (UserError, SlackError):
        raise
    except Exception as error:
        log.info("member_not_asked", user=slack_id, error=type(error).__name__)
    person = await rt.notifier.person(slack_id)
    await check_person(rt, person)
    return Actor(slack_id, Member(id=f"unknown:{slack_id}", email=person.email, name=person.name, role=""), person.tz)


def calendar_for(rt: Runtime, actor: Actor) -> Calendar:
    """Return the calendar in which an actor's days are read; that of the policy where Slack doesn't tell their zone."""
    return calendar_of(actor.tz, rt.policy.zone)


async def _check_team(rt: Runtime, slack_id: str, team_id: str) -> None:
    """Raise NotLinked for acts from elsewhere; within an Enterprise organization people act from any of its workspaces."""
    if not rt.team_id:
        raise NotLinked("I'm not connected to Slack yet, so I can't tell who you are. Try again in a minute.")
    if not team_id or team_id == rt.team_id:
        return
    try:
        person = await rt.notifier.person(slack_id)
    except SlackRefused as refusal:
        if refusal.code not in NO_SUCH_PERSON:  # any other refusal says nothing about the person
            raise
        raise NotLinked(await _members_only(rt)) from None
    if not (person.teams or person.enterprise_id) or not person.is_in(team_id):
        raise NotLinked(await _members_only(rt))


async def find_member(rt: Runtime, slack_id: str, known: Links | None = None, *, fresh: bool = True) -> Member:
    """Return the member behind somebody who is mentioned, as of now; NotLinked says why there is none.

    That is said too of an account that Slack doesn't know, or doesn't show to the bot.

    `known` are the links of this very moment, where they were read already. Without `fresh` it may be a minute old.
    """
    try:
        _, member, _ = await _checked(rt, slack_id, known, fresh=fresh)
    except SlackRefused as refusal:
        if refusal.code not in NO_SUCH_PERSON:  # any other refusal says nothing about the person
            raise
        raise NotLinked(_NOBODY) from None
    return member


async def member_behind(rt: Runtime, slack_id: str, members: Sequence[Member]) -> str:
    """Return the id of the member whom somebody means who mentions a Slack account, also one that isn't active; or "".

    It names whom an act is about and lets nobody act: whoever leaves may be linked to an account that is deactivated.
    """
    async with rt.store.read() as tx:
        link = (await links.find_all(tx, [slack_id])).get(slack_id)
    if link:
        return link.member_id
    try:
        email = (await rt.notifier.person(slack_id)).email
    except SlackError:
        return ""
    return next((one.id for one in members if email and is_same_address(one.email, email)), "")


async def _checked(rt: Runtime, slack_id: str, known: Links | None, *, fresh: bool) -> tuple[SlackPerson, Member, bool]:
    """Return a person, the member that they are, and whether they are linked already.

    Both are asked for at once where a link says which member.
    """
    person, (link, member) = await asyncio.gather(
        rt.notifier.person(slack_id, fresh=fresh), _known_member(rt, slack_id, known, fresh=fresh)
    )
    await check_person(rt, person)
    if link and not is_same_address(link.email, person.email):
        raise NotLinked(
            f"Your e-mail address in Slack has changed since I linked you, so nothing was done. {_relink(rt)}", _CHANGED
        )
    if link and member:
        return person, member, True
    # From the list, which a crowd on the first day shares. One whose member is gone isn't followed to another silently.
    found = await _listed(rt, person.email, fresh=fresh)
    if found is None:
        raise await _no_member(rt, person)
    if link:
        raise NotLinked(
            f"You left the organization and joined again since I linked you, so nothing was done. {_relink(rt)}", _CHANGED
        )
    return person, found, False


async def _no_member(rt: Runtime, person: SlackPerson) -> NotLinked:
    """Return the refusal of somebody who isn't a member; whoever was invited has only to accept that."""
    email = escape(person.email)
    try:
        invites = await rt.directory.invites()
    except UpstreamError:
        invites = ()
    waits = any(one.status == "pending" and is_same_address(one.email, person.email) for one in invites)
    found: Markup = f"I can't find {email} in the Claude organization."
    told: Markup = f"You are invited to the Claude organization. Accept the invite in the e-mail to {email}, then try again."
    return NotLinked(
        told if waits else f"{found} Ask an organization admin for an invite.", f"{found} They have to join first."
    )


async def _known_member(
    rt: Runtime, slack_id: str, known: Links | None, *, fresh: bool
) -> tuple[links.Link | None, Member | None]:
    """Return somebody's link, and the member that it names if there still is one."""
    if known is None:
        async with rt.store.read() as tx:
            known = await links.find_all(tx, [slack_id])
    link = known.get(slack_id)
    return link, await _find(rt, link.email, link.member_id, fresh=fresh) if link else None


async def check_person(rt: Runtime, person: SlackPerson) -> None:
    """Raise NotLinked for guests, strangers, bots, deactivated people and addresses that prove nothing."""
    missing = [] if rt.settings.trust_missing_flags else person.missing
    if rt.team_id and not person.is_in(rt.team_id) and "team_id" not in missing:
        raise NotLinked(await _members_only(rt), _NOT_A_MEMBER)
    # First, because Slack leaves most other flags of a deactivated account out.
    if person.is_bot or person.deleted:
        about = "That Slack account isn't active any more." if person.deleted else "That Slack account is a bot."
        raise NotLinked("I only work for people with an active Slack account.", about)
    # Slack sends the first two only where they are true, so that their absence says something (users.info).
    if person.is_stranger or person.is_invited or person.is_guest:
        raise NotLinked(await _members_only(rt), _NOT_A_MEMBER)
    if missing or (rt.team_id and not person.is_in(rt.team_id)):
        raise _not_told(person)
    if person.is_email_confirmed is False:
        raise NotLinked(
            "Slack hasn't confirmed your e-mail address, so I can't tell who you are. Confirm it, then try again.",
            "Slack hasn't confirmed this person's e-mail address.",
        )
    if not person.email.isascii():
        raise NotLinked(
            "Your e-mail address in Slack has letters that look like other letters, so I can't tell who you are.",
            "This person's e-mail address in Slack has letters that look like other letters.",
        )
    _check_domain(rt, person.email.rpartition("@")[2].casefold())


def _check_domain(rt: Runtime, domain: str) -> None:
    """Raise NotLinked for an address at another domain than the company's, or none: each says what can be mended."""
    if not domain:
        raise NotLinked(
            "Slack doesn't show me your e-mail address, so I can't tell who you are. Tell the people who run Quartermaster:"
            f" the Slack app needs {code('users:read.email')}, and e-mail addresses must not be hidden in Slack's settings.",
            "Slack doesn't show me this person's e-mail address, so I can't tell who they are.",
        )
    if domain not in rt.settings.email_domains:
        raise NotLinked(
            f"I don't know addresses at {code(domain)}, so I can't tell who you are. If that is your company's, tell the"
            f" people who run Quartermaster to add it to {code('EMAIL_DOMAINS')}.",
            f"I don't know addresses at {code(domain)}, so I can't tell who they are.",
        )


async def may_act(rt: Runtime, slack_id: str) -> bool:
    """Tell whether somebody's Slack account, as it was a minute ago, lets them act; True where Slack doesn't say."""
    try:
        await check_person(rt, await rt.notifier.person(slack_id))
    except NotLinked:
        return False
    except SlackError as error:
        return error.code not in NO_SUCH_PERSON
    return True


def _not_told(person: SlackPerson) -> NotLinked:
    """Return the refusal of somebody of whom Slack leaves out what proves who they are."""
    log.warning("slack_flags_missing", user=person.id, flags=person.missing)
    names = listed([code(name) for name in person.missing])
    setting = (
        "" if "team_id" in person.missing else f" If that is usual in your Slack, {code('TRUST_MISSING_FLAGS=true')} helps."
    )
    return NotLinked(
        f"Slack leaves out {names} of your account, so I can't tell who you are."
        f" Tell the people who run Quartermaster.{setting}",
        f"Slack leaves out {names} of this person's account, so I can't tell who they are.",
    )


async def _link(rt: Runtime, person: SlackPerson, member: Member) -> None:
    async with rt.store.write() as tx:
        now = rt.now()
        if await links.add(tx, person.id, person.team_id, member.id, person.email, now):
            tx.audit(now, person.id, AuditAction.PERSON_LINKED, person.id, member=member.id, email=person.email)


def _relink(rt: Runtime) -> Markup:
    return f"An organization admin can link you again with {code(f'/{rt.settings.command_prefix}-members relink')}."


async def is_admin(rt: Runtime, member_id: str) -> bool:
    """Tell whether a member is an organization admin as of now."""
    return (await rt.admin.user(member_id)).role in ADMIN_ROLES


async def unlink(rt: Runtime, actor: Actor, slack_id: str) -> bool:
    """Forget somebody's link, so that their next act makes a new one; organization admins only, and never for themselves."""
    if not await is_admin(rt, actor.member.id):
        raise NotAllowed("Only an organization admin can link somebody again. Nothing was changed.")
    if slack_id == actor.slack_id:
        raise NotAllowed("You can't link yourself again. Ask another admin.")
    async with rt.store.write() as tx:
        was_linked = await links.remove(tx, slack_id)
        if was_linked:
            tx.audit(rt.now(), actor.slack_id, AuditAction.PERSON_UNLINKED, slack_id)
    return was_linked


async def _find(rt: Runtime, email: str, member_id: str | None, *, fresh: bool) -> Member | None:
    if not fresh:
        found = await rt.directory.member_by_email(email)
        if found:
            return found if member_id in (None, found.id) else None
    # The API's filter normalises addresses (a+x@ finds a@), so the match is made here, exactly.
    matches = [m async for m in rt.admin.users(email=email) if is_same_address(m.email, email)]
    if member_id is not None:
        matches = [member for member in matches if member.id == member_id]
    return matches[0] if matches else None


async def _listed(rt: Runtime, email: str, *, fresh: bool) -> Member | None:
    """Return the member with an address; somebody missing from a list that is a minute old may be in a new one."""
    members = await rt.directory.members(fresh=fresh)
    found = next((member for member in members if is_same_address(member.email, email)), None)
    return found if found or fresh else await _listed(rt, email, fresh=True)


async def _members_only(rt: Runtime) -> Markup:
    try:
        async with asyncio.timeout(KNOWN_WITHIN):
            organization = await rt.directory.organization()
    except (UpstreamError, TimeoutError):
        return "I only work for members of the Claude organization."
    return f"I only work for members of {escape(organization.name)}."
