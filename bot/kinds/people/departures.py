"""What is said once in the approvers' channel when the Slack account of a member, or of somebody invited, is deactivated.

They may have left the company. No request is filed, since nobody asked for one: the message has a button that opens the
form. Slack's event tells of it at once. An event may reach nobody, as during a restart, so everybody who is linked is looked
at as well, some at a time. Who never used the bot is known by their address.
"""

from datetime import datetime, timedelta

from bot.admin.model import Invite, Member
from bot.approvals.act import reading_of
from bot.directory.directory import Directory
from bot.errors import SlackRefused
from bot.kinds.people.leaving import Belongings, belongings_of
from bot.kinds.people.remove import REMOVE_MEMBER
from bot.kinds.people.withdraw import WITHDRAW_INVITE
from bot.people import db as links
from bot.people.identity import ADMIN_ROLES
from bot.posts import db as posts
from bot.posts.converge import converge
from bot.posts.model import Content, Drawing, Post, Wanted, plain
from bot.posts.notices import Notices
from bot.runtime import Runtime
from bot.slack import ids
from bot.slack.blocks import actions, section
from bot.slack.elements import button
from bot.slack.markup import Markup, bold, escape, mention, truncate
from bot.slack.model import Message, SlackPerson
from bot.slack.refusals import NO_SUCH_PERSON
from bot.store.notes import claim_note, note, write_note
from bot.words.addresses import is_same_address
from bot.words.wording import plural

TOPIC, LEFT = "departure", "left"
LOOK_EVERY = timedelta(minutes=9, seconds=30)
AT_ONCE = 30
"""How many people one look asks Slack about."""
_NEXT_NOTE = "departures:next"


async def account_deactivated(rt: Runtime, slack_id: str) -> None:
    """Say that a member, or somebody invited, has left Slack; once, however often and to whichever replica it comes."""
    channel = rt.policy.rule_for(REMOVE_MEMBER.name, None, None).channel
    if not channel:
        return
    async with rt.store.write() as tx:
        await posts.want(tx, TOPIC, slack_id, [Wanted(LEFT, channel, redraws=False)], tx.now)
    await converge(rt, TOPIC, slack_id)


async def to_look_at(rt: Runtime, now: datetime) -> list[str]:
    """Return some linked people, to one process at a time; each time those behind the last, and then from the first on."""
    async with rt.store.write() as tx:
        if not await claim_note(tx, "departures:look", now, LOOK_EVERY):
            return []
        found = await note(tx, _NEXT_NOTE)
        people = await links.linked_after(tx, str(found[0]["behind"]) if found else "", AT_ONCE)
        await write_note(tx, _NEXT_NOTE, {"behind": people[-1] if len(people) == AT_ONCE else ""}, now)
    return people


async def look(rt: Runtime, slack_id: str, _now: datetime) -> None:
    """Tell of somebody whose account is deactivated, if nobody did; of whom Slack knows nothing, nothing is said."""
    try:
        person = await rt.notifier.person(slack_id, fresh=True)
    except SlackRefused as refusal:
        if refusal.code not in NO_SUCH_PERSON:
            raise
        return
    await (account_deactivated if person.deleted else account_active)(rt, slack_id)


async def account_active(rt: Runtime, slack_id: str) -> None:
    """Forget that it was said of somebody who is back, so that the next time is said again."""
    async with rt.store.read() as tx:
        said = await posts.of_subject(tx, TOPIC, slack_id)
    # An event may come late: what holds is what Slack says now.
    if not said or (await rt.notifier.person(slack_id, fresh=True)).deleted is not False:
        return
    async with rt.store.write() as tx:
        await posts.forget(tx, TOPIC, slack_id)


class DepartureTopic(Notices):
    """The topic of deactivated accounts. Its subject is a Slack id."""

    name = TOPIC

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        """Look who they are now: nothing is said of somebody who is back, was removed meanwhile, or never was in."""
        said = await _said(rt, subject)

        def content(_post: Post) -> Content | None:
            return plain(said) if said else None

        return Drawing(content, is_over=True)


async def _said(rt: Runtime, slack_id: str) -> Message | None:
    person = await rt.notifier.person(slack_id, fresh=True)
    if not person.deleted:
        return None
    async with rt.store.read() as tx:
        link = await links.find_one(tx, slack_id, "")
    if link is None and not await _may_be_in(rt.directory, person):
        return None
    member = await _member(rt.directory, link.member_id if link else "", person)
    if member:
        return render_departure(slack_id, member, await belongings_of(reading_of(rt), member.id, fresh=True))
    waiting = [one for one in await rt.directory.invites(fresh=True) if one.status == "pending"]
    invite = next((one for one in waiting if is_same_address(one.email, person.email)), None)
    return render_left_invite(slack_id, invite) if invite else None


async def _may_be_in(directory: Directory, person: SlackPerson) -> bool:
    """Tell by lists a minute old at most: most of a company is in no organization, and many accounts may end at once."""
    known = [*await directory.members(), *await directory.invites()]
    return any(is_same_address(one.email, person.email) for one in known)


async def _member(directory: Directory, member_id: str, person: SlackPerson) -> Member | None:
    """Return the member to whom somebody is linked; for who never was, the one with the address of their account."""
    members = await directory.members(fresh=True)
    if member_id:
        return next((one for one in members if one.id == member_id), None)
    return next((one for one in members if is_same_address(one.email, person.email)), None)


def render_left_invite(slack_id: str, invite: Invite) -> Message:
    """Return the message about somebody who hasn't accepted their invite yet."""
    who: Markup = f"{mention(slack_id)}'s Slack account was deactivated. The invite of {bold(invite.email)}"
    text: Markup = (
        f"⚠️ {who} to the Claude organization still waits, and anyone who reads that mailbox can accept it."
        " If they have left, ask to withdraw it."
    )
    label = truncate(f"Withdraw the invite of {invite.email}", 75)
    opens = button("Withdraw…", f"{ids.OPEN_PREFIX}{WITHDRAW_INVITE.name}", invite.id, accessibility_label=label)
    return Message(text, [section(text), actions(opens)])


def render_departure(slack_id: str, member: Member, theirs: Belongings) -> Message:
    """Return the message. An organization admin can't be removed by the API, so there is no button for one."""
    name = truncate(member.name or member.email, 80)
    count = len(theirs.staying) + len(theirs.dying)
    keys: Markup = f"with {plural(count, 'key')}" if count else "without keys"
    who: Markup = f"{mention(slack_id)}'s Slack account was deactivated. {bold(name)} ({escape(member.email)})"
    text: Markup = f"⚠️ {who} is still in the Claude organization, {keys}."
    if member.role in ADMIN_ROLES:
        text = f"{text} They are an organization admin: another admin removes them in the Console, Settings, Members."
        return Message(text, [section(text)])
    text = f"{text} If they have left, ask to remove them, and choose what happens to their keys."
    label = truncate(f"Remove {name}", 75)
    opens = button("Remove…", f"{ids.OPEN_PREFIX}{REMOVE_MEMBER.name}", member.id, accessibility_label=label)
    return Message(text, [section(text), actions(opens)])
