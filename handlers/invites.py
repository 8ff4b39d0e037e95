"""Invites: typed lines of /claude-members that open their forms filled in, and the type-ahead of both forms."""

from collections.abc import Sequence
from itertools import pairwise

from bot.admin.model import Invite
from bot.approvals.sight import oversees_people
from bot.errors import SlackError
from bot.kinds.people.change_role import ROLES
from bot.kinds.people.joining import JOIN_ROLES
from bot.organization.narrowing import mentioned
from bot.people.roles import role_words
from bot.slack.elements import option
from bot.slack.markup import Markup, bold, code
from bot.words.addresses import is_same_address, read_addresses
from bot.words.folded import folded
from bot.words.reasons import find_reason
from bot.words.similar import closest, closest_name
from handlers.clauses import Name, Slot
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction, Json
from handlers.edge.register import Feature
from handlers.forms import no_end, open_form
from handlers.line_names import organization_roles, places
from handlers.lines import Line, read_line
from handlers.named import workspace_options
from handlers.unread import no_such_role, no_such_workspace, slip_of_place

_ROLE_THERE = {"user": "workspace_user", "claude_code_user": "workspace_user", "developer": "workspace_developer"}
"""The role in a workspace that goes with one in the organization; the form shows it, where it can be changed."""
_ROLES_THERE = tuple(Name(role, role, (role.replace("_", " "),)) for role in JOIN_ROLES)
_AS = ("as", "role", "role:", "=")
_WHY = ("for", "to")
_A_SENTENCE = 3
_A_SLIP = 0.8
"""How much a word is like a role, where it is taken for a slip of that."""


async def invite(call: Interaction) -> None:
    """Open the form that invites people, filled in with what was typed."""
    slots = (
        Slot("emails", "addresses"),
        Slot("join_role", "choice", names=_ROLES_THERE, leads=_AS),
        Slot("role", "choice", "Role", organization_roles(), leads=_AS),
        Slot("join_ids", "workspaces", "Workspace", tuple(await places(call.rt))),
    )
    line = read_line([await _address_of(call, word) for word in call.words], slots, reasons=_WHY)
    role, values = line.values.get("role", ""), dict[str, object](line.values)
    if problem := line.problem or await _unread(call, line, slots):
        await call.say(plain_answer(problem))
        return
    emails, joins = line.several.get("emails", ()), line.several.get("join_ids", ())
    values["emails"] = " ".join(emails or line.loose)  # of what are none, the form says what is wrong
    if not emails:
        values["reason"] = line.values.get("reason", "").removeprefix(" ".join(line.loose)).strip()
    if joins:
        values |= {
            "join_ids": tuple(dict.fromkeys(joins)),
            "join_role": line.values.get("join_role") or _ROLE_THERE.get(role, ""),
        }
    on_top = no_end(call.words, call.calendar.day_of(call.rt.now()))
    await open_form(call, "invite_members", values, {one: line.labels[one] for one in joins}, on_top)


async def _unread(call: Interaction, line: Line, slots: Sequence[Slot]) -> Markup:
    """Return what is said of a role that nobody can be given, and of a workspace that doesn't exist."""
    role, loose = line.values.get("role", ""), line.loose
    if role == "admin":
        return no_such_role(role)
    if line.unknown:
        return await no_such_workspace(call.rt, " ".join(line.unknown))
    if not loose or not line.several:
        return ""
    is_led = any(word.casefold() in _AS and after == loose[0] for word, after in pairwise(call.words))
    if not role and ((is_led and len(loose) < _A_SENTENCE) or closest(loose[0].casefold(), ROLES, _A_SLIP)):
        return no_such_role(" ".join(loose))
    return slip_of_place(loose, slots)


async def _address_of(call: Interaction, word: str) -> str:
    """Return the address of somebody who is mentioned, where Slack tells it, and any other word as it is."""
    person = mentioned(word)
    try:
        return (await call.rt.notifier.person(person)).email or word if person else word
    except SlackError:
        return word


async def withdraw(call: Interaction) -> None:
    """Open the form that withdraws an invite, on the one whose address was typed."""
    words, reason = find_reason(call.words, is_other=lambda after: "@" in after[0])
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
