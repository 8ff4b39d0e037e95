"""Invites: typed lines of /claude-members that open their forms filled in, and the type-ahead of both forms."""

import re
from collections.abc import Collection, Sequence
from itertools import accumulate

from bot.admin.model import Invite, Workspace
from bot.approvals.sight import oversees_people
from bot.errors import SlackError
from bot.kinds.people.change_role import ADMIN_SENTENCE, ROLES
from bot.organization.narrowing import mentioned
from bot.people.roles import role_words
from bot.slack.elements import option
from bot.slack.markup import Markup, bold, code
from bot.words.addresses import is_same_address, read_addresses
from bot.words.folded import folded
from bot.words.reading import as_read
from bot.words.reasons import begins_reason, find_reason
from bot.words.similar import closest, closest_name
from bot.words.wording import listed
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction, Json
from handlers.edge.register import Feature
from handlers.forms import open_form
from handlers.invite_line import read_line, role_named
from handlers.named import workspace_options
from handlers.typed import workspace_named

_ROLE_THERE = {"user": "workspace_user", "claude_code_user": "workspace_user", "developer": "workspace_developer"}
"""The role in a workspace that goes with one in the organization; the form shows it, where it can be changed."""
_AND = re.compile(r",| and | & | und ")


async def invite(call: Interaction) -> None:
    """Open the form that invites people, filled in with what was typed."""
    places = {as_read(one.name) for one in await call.rt.directory.workspaces()}
    words, reason = _why(call.words, places)
    typed = read_line([await _address_of(call, word) for word in words])
    role = role_named(typed.role)
    if typed.role and not role:
        await call.say(plain_answer(f"⚠️ {_no_such_role(typed.role)} Nothing was sent."))
        return
    values: dict[str, object] = {"emails": typed.addresses, "role": role, "reason": reason}
    labels: dict[str, str] = {}
    for name in _places(typed.workspace, places):
        found = await workspace_named(call.rt, name)
        if not isinstance(found, Workspace):
            await call.say(plain_answer(found))
            return
        labels[found.id] = found.name
    if labels:
        values |= {"join_ids": tuple(labels), "join_role": _ROLE_THERE.get(role, "")}
    await open_form(call, "invite_members", values, labels)


def _why(words: Sequence[str], places: Collection[str]) -> tuple[Sequence[str], str]:
    """Return the words without the reason, and that: `… for the migration in Staging` says where, too."""
    found = find_reason(words, is_other=lambda _before, after: _says_whom_or_where(after, places))
    why, _, place = found.reason.rpartition(" in ")
    return ([*found.words, "in", place], why) if as_read(place) in places else found


async def _address_of(call: Interaction, word: str) -> str:
    """Return the address of somebody who is mentioned, where Slack tells it, and any other word as it is."""
    person = mentioned(word)
    try:
        return (await call.rt.notifier.person(person)).email or word if person else word
    except SlackError:
        return word


def _says_whom_or_where(words: Sequence[str], places: Collection[str]) -> bool:
    """Tell whether words after `for` are an address or a workspace, and no reason."""
    if "@" in words[0]:
        return True
    typed = list(accumulate(words, "{} {}".format))
    named = [n for n, name in enumerate(typed, 1) if as_read(name.rstrip(",")) in places]
    return any(n == len(words) or _goes_on(words[n - 1], words[n]) or begins_reason(words[n:]) for n in named)


def _goes_on(last: str, word: str) -> bool:
    return last.endswith(",") or word.lower() in ("as", "and", "&", "und")


def _places(typed: str, names: Collection[str]) -> Sequence[str]:
    """Return the workspaces that are named: one, also where its name has an `and`, or several: `Staging and Sandbox`."""
    return [typed] if as_read(typed) in names else [one.strip() for one in _AND.split(typed) if one.strip()]


def _no_such_role(typed: str) -> Markup:
    if typed.lower() == "admin":
        return ADMIN_SENTENCE
    close = closest(typed.lower(), ROLES)
    meant = f" Did you mean {code(close)}?" if close else ""
    return f"I don't know a role {bold(typed)}.{meant} Roles are {listed([code(name) for name in ROLES])}."


async def withdraw(call: Interaction) -> None:
    """Open the form that withdraws an invite, on the one whose address was typed."""
    words, reason = find_reason(call.words, is_other=lambda _before, after: "@" in after[0])
    typed = " ".join(word for word in words if word.casefold() not in ("invite", "invitation", "of", "for", "the"))
    if not typed:
        await open_form(call, "withdraw_invite")
        return
    pending = await _pending(call, fresh=True)
    found = read_addresses(typed)
    chosen = [one for one in pending if any(is_same_address(one.email, email) for email in found.good)]
    if len(chosen) == 1 and len(found.good) == 1 and not found.bad:
        values = {"invite_id": chosen[0].id, "reason": reason}
        await open_form(call, "withdraw_invite", values, {"invite_id": chosen[0].email})
        return
    await call.say(plain_answer(await _not_one_invite(call, typed, [one.email for one in pending])))


async def _not_one_invite(call: Interaction, typed: str, pending: Sequence[str]) -> Markup:
    found = read_addresses(typed)
    if len(found.good) > 1 or (found.good and found.bad):
        return "Withdraw one invite at a time: name one address."
    member = await call.rt.directory.member_by_email(found.good[0]) if found.good else None
    if member:
        return f"{bold(member.email)} has accepted already and is a member ({role_words(member.role)[0]})."
    close = closest_name(typed.lower(), pending) if await oversees_people(call.rt, call.actor) else None
    meant = f" Did you mean {code(close)}?" if close else ""
    return f"No invite waits for {bold(typed)}.{meant}"


async def _pending(call: Interaction, *, fresh: bool = False) -> list[Invite]:
    return [one for one in await call.rt.directory.invites(fresh=fresh) if one.status == "pending"]


async def suggest_invites(call: Interaction, query: str) -> list[Json]:
    """Return the invites that wait and whose address holds what was typed.

    Who is invited isn't everybody's to know: others are offered the one whose whole address they typed.
    """
    wanted, sees_all = query.casefold().strip(), await oversees_people(call.rt, call.actor)
    pending = await _pending(call)
    found = [one for one in pending if (wanted in one.email.casefold() if sees_all else is_same_address(one.email, wanted))]
    return [option(one.email, one.id, f"invited as {role_words(one.role)[0]}") for one in found]


async def suggest_joins(call: Interaction, query: str) -> list[Json]:
    """Return the workspaces that people can be added to and whose name holds what was typed."""
    wanted = folded(query).strip()
    open_ones = [w for w in await call.rt.directory.workspaces() if not w.is_default and not w.is_claude_code]
    return workspace_options([w for w in open_ones if wanted in folded(w.name)])


FEATURE = Feature(options={"invite_id": suggest_invites, "join_ids": suggest_joins})
