"""The watch over the names in the policy: what matches nothing any more is told to admins once, and once when mended."""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

import structlog

from bot.errors import SlackDown, SlackRefused, UpstreamError
from bot.people.identity import LOOKED_AT
from bot.policy.contacts import people_of, user_groups_of
from bot.policy.model import Policy
from bot.policy.names import FINE, KNOWN_NOTE, Known, Named, Noun, judge, loose, meant
from bot.ports.admin import Admin
from bot.ports.slack import Notifier
from bot.posts import db as posts
from bot.posts.converge import converge
from bot.posts.left_readable import whom_to_tell
from bot.posts.model import Content, Drawing, Post, Wanted, plain
from bot.posts.notices import Notices
from bot.runtime import Runtime
from bot.slack.blocks import section
from bot.slack.markup import Markup, bold, channel_mention, escape, group_mention, mention
from bot.slack.model import Message
from bot.slack.refusals import NO_SUCH_PERSON
from bot.store.notes import claim_note, note, write_note
from bot.store.session import Tx

log = structlog.get_logger()

TOPIC = "policy-names"
TOLD_NOTE = "policy:loose"
FILE = Named("policy", "file", FINE)
"""The file itself, among what can be wrong with it."""
LOOK_EVERY = timedelta(minutes=4, seconds=30)
UNKNOWN_PERSON, DEACTIVATED = "Slack doesn't know them", "their Slack account is deactivated"
NO_MEMBERS = "it has no members, or Slack doesn't know it"
NONE_ACTIVE = "none of its members has an active Slack account"


async def to_look_at(rt: Runtime, now: datetime) -> list[str]:
    """Return one key, to one process at a time."""
    async with rt.store.write() as tx:
        return [""] if await claim_note(tx, "policy:look", now, LOOK_EVERY) else []


async def look(rt: Runtime, _key: str, _now: datetime) -> None:
    """Find out what the policy's names mean now, and tell what changed; a name of which nobody tells stays as it was."""
    await rt.refresh_policy()
    policy = rt.policy
    async with rt.store.read() as tx:
        before = await _known(tx) or Known()
    if policy.nobody_because:  # nobody knows what it names, nor whom it would have told
        await _tell(rt, [FILE._replace(problem=policy.nobody_because)], None, before.admins or tuple(before.channels))
        return
    known = await find_known(rt.admin.background(), rt.notifier, policy, before)
    channels = await _problems(rt.notifier, policy.channels, before.channels, _channel)
    known = known.model_copy(update={"channels": channels})
    people = await whom_to_tell(rt, *(one.name for one in loose(policy, known) if one.noun == "channel"))
    known = known.model_copy(update={"admins": tuple(people)})
    async with rt.store.write() as tx:
        await write_note(tx, KNOWN_NOTE, known.model_dump(mode="json"), rt.now())
    await _tell(rt, [FILE, *judge(policy, known)], _names(rt), people)


async def _tell(rt: Runtime, judged: Sequence[Named], named: set[str] | None, people: Sequence[str]) -> None:
    """Tell these what is news; `named` has all that the policy names, None where it can't be read."""
    now, round_id = rt.now(), f"nam_{secrets.token_hex(8)}"
    async with rt.store.write() as tx:
        news = await _news(tx, judged, named, now)
        if news:
            await write_note(tx, f"policy:{round_id}", news, now)
            await posts.want(tx, TOPIC, round_id, [Wanted(f"told:{one}", one, redraws=False) for one in people], now)
    if news:
        log.warning("policy_names", **news)
        await converge(rt, TOPIC, round_id)


def _names(rt: Runtime) -> set[str]:
    """Return the keys of everything that the policy names."""
    policy = rt.policy
    named = (("user group", user_groups_of(policy)), ("person", people_of(policy)), ("channel", policy.channels))
    return {f"{noun} {one}" for noun, ids in (*named, ("workspace", policy.workspaces)) for one in ids}


async def _news(tx: Tx, judged: Sequence[Named], named: set[str] | None, now: datetime) -> dict[str, list[list[str]]]:
    """Write down which names match nothing now, and return what is to be told: what became so, and what is mended."""
    found = await note(tx, TOLD_NOTE)
    told: dict[str, list[str]] = dict(found[0]) if found else {}
    wrong = {one.key: list(one) for one in judged if one.problem != FINE}
    is_known = {one.key for one in judged}
    mended = [
        was
        for key, was in sorted(told.items())
        if key not in wrong and (key in is_known or (named is not None and key not in named))
    ]
    new = [one for key, one in wrong.items() if key not in told]
    kept = {key: was for key, was in told.items() if was not in mended}
    if new or mended:
        await write_note(tx, TOLD_NOTE, kept | wrong, now)
    return {"wrong": new, "mended": mended} if new or mended else {}


async def find_known(admin: Admin, notifier: Notifier | None, policy: Policy, before: Known) -> Known:
    """Ask the organization, and Slack unless there is no `notifier`; what doesn't answer stays as it was."""
    found: dict[str, dict[str, str]] = await _workspaces(admin, before) if policy.workspaces else {}
    known = before.model_copy(update=found)
    known = known.model_copy(update={"was": meant(policy, known.workspaces or {}, before.was)})
    if notifier is None:
        return known
    groups = await _problems(notifier, user_groups_of(policy), before.groups, _group)
    people = await _problems(notifier, people_of(policy), before.people, _person)
    return known.model_copy(update={"groups": groups, "people": people})


async def _workspaces(admin: Admin, before: Known) -> dict[str, dict[str, str]]:
    """Return the names of workspaces by their ids, working and archived ones; nothing without an answer to believe.

    A workspace can be archived, but not deleted: where some were known `before`, an empty list is an odd answer.
    """
    try:
        every = [one async for one in admin.workspaces(include_archived=True)]
    except UpstreamError as error:
        log.info("workspaces_not_listed", error=type(error).__name__)
        return {}
    if not every and (before.workspaces or before.archived):
        log.warning("workspaces_not_believed")
        return {}
    return {
        "workspaces": {one.id: one.name for one in every if one.archived_at is None},
        "archived": {one.id: one.name for one in every if one.archived_at is not None},
    }


async def _problems(
    notifier: Notifier, ids: Sequence[str], before: Mapping[str, str], look_at: Callable[[Notifier, str], Awaitable[str]]
) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in ids:
        try:
            found[one] = await look_at(notifier, one)
        except (SlackDown, SlackRefused) as error:
            log.info("name_not_looked_up", name=one, code=error.code)
            if one in before:
                found[one] = before[one]
    return found


async def _group(notifier: Notifier, group_id: str) -> str:
    members = sorted(await notifier.group_members(group_id, fresh=True))
    if not members:
        return NO_MEMBERS
    for member in members[:LOOKED_AT]:
        if await _person(notifier, member) == FINE:
            return FINE
    return NONE_ACTIVE if len(members) <= LOOKED_AT else FINE


async def _person(notifier: Notifier, slack_id: str) -> str:
    try:
        person = await notifier.person(slack_id, fresh=True)
    except SlackRefused as refusal:
        if refusal.code in NO_SUCH_PERSON:
            return UNKNOWN_PERSON
        raise
    return DEACTIVATED if person.deleted else FINE


async def _channel(notifier: Notifier, channel_id: str) -> str:
    try:
        channel = await notifier.channel(channel_id, fresh=True)
    except SlackRefused as refusal:
        if refusal.code == "channel_not_found":
            return "I can't see it; invite me"
        raise
    if channel.is_archived:
        return "it is archived"
    if channel.is_unsaid:
        return "Slack leaves out is_ext_shared of it, so it counts as shared; TRUST_MISSING_FLAGS decides about that"
    if channel.is_shared_outside:
        return "it is shared with another company"
    return FINE if channel.is_member else "I'm not in it; invite me"


async def _known(tx: Tx) -> Known | None:
    found = await note(tx, KNOWN_NOTE)
    return Known.model_validate(found[0]) if found else None


async def loose_names(rt: Runtime) -> list[Named]:
    """Return the names of today's policy that match nothing, by what was last found out."""
    async with rt.store.read() as tx:
        known = await _known(tx)
    return loose(rt.policy, known) if known else []


def render_names(news: Mapping[str, Sequence[Sequence[str]]]) -> Message:
    """Return what admins are told: which names match nothing from now on, and which are mended."""
    wrong = [_named(one) for one in news.get("wrong", ())]
    lines: list[Markup] = [f"⚠️ *Nobody can approve anything.* {escape(one.problem)}" for one in wrong if one.key == FILE.key]
    if names := [one for one in wrong if one.key != FILE.key]:
        lines.append("⚠️ *The policy file names something that I can't use.* Change the file, or what it names:")
        lines.extend(f"• {_in_slack(one)}" for one in names)
    if mended := news.get("mended"):
        lines.append("✅ *No longer a problem of the policy file:*")
        lines.extend(f"• {_shown(_named(one))}" for one in mended)
    text = "\n".join(lines)
    return Message(text, [section(text)])


def _named(one: Sequence[str]) -> Named:
    noun, name, problem = one
    return Named(cast(Noun, noun), name, problem)  # as it was written


def _in_slack(one: Named) -> Markup:
    return f"{_shown(one)}{escape(one.sentence.removeprefix(one.key))}"


def _shown(one: Named) -> Markup:
    match one.noun:
        case "user group":
            return f"user group {group_mention(one.name)}"
        case "person":
            return mention(one.name)
        case "channel":
            return f"channel {channel_mention(one.name)}"
        case "workspace":
            return f"workspace {bold(one.name)}"
        case "policy":
            return "it can be read again, and requests can be approved"


class NamesTopic(Notices):
    """The topic of these messages; its subject is one round of news."""

    name = TOPIC

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        """Read the news as they were found."""
        async with rt.store.read() as tx:
            news = await note(tx, f"policy:{subject}")
        if news is None:
            return None
        said = plain(render_names(news[0]))

        def content(_post: Post) -> Content | None:
            return said

        return Drawing(content, is_over=True)
