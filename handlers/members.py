"""/claude-members: who is in the organization, and another role for somebody."""

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from bot.approvals import service
from bot.approvals.model import Request
from bot.approvals.replace import AskedAlready
from bot.commands.parse import is_named
from bot.errors import InvalidInput, NotFound, SlackError
from bot.kinds.people.change_role import ChangeRole
from bot.organization.narrowing import mentioned
from bot.people.identity import resolve_actor, unlink
from bot.slack.markup import Markup, bold, code, escape, is_user_id, mention
from bot.words.ends import Ending, find_end
from bot.words.reasons import FOR, begins_reason
from bot.words.similar import closest_name
from handlers import invites
from handlers.clauses import JOINS, Slot, clause_at, led_clause
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature
from handlers.edge.unknown import not_understood
from handlers.forms import open_form, open_to_replace, sent_in_words, unread_end
from handlers.line_names import organization_roles, people, places, slack_id_of
from handlers.lines import ONE_PERSON, Line, read_line
from handlers.member_card import is_called, is_one, show_typed
from handlers.member_lists import list_typed
from handlers.unread import no_such_role


async def members_command(call: Interaction) -> None:
    """Answer /claude-members and its subcommands."""
    name = call.parsed.subcommand.name if call.parsed and call.parsed.subcommand else ""
    if name == "role":
        await _role(call)
    elif name == "invite":
        await invites.invite(call)
    elif name == "withdraw":
        await invites.withdraw(call)
    elif name == "relink":
        await _relink(call)
    elif call.parsed and call.parsed.suggestion and not await is_called(call, call.words):
        await call.say(not_understood(call))
    elif call.parsed and is_named(call.parsed) and len(call.words) > 1 and mentioned(call.words[0]):
        await call.say(plain_answer(_meant_role(call)))
    elif name == "show" or (call.parsed and is_named(call.parsed) and await is_one(call, call.words)):
        await show_typed(call, call.words)
    else:
        await list_typed(call, call.words)


def _meant_role(call: Interaction) -> Markup:
    typed = " ".join(call.words)
    meant = code(f"/{call.rt.settings.command_prefix}-members role {typed}")
    return f"I don't know *{escape(typed)}*. Did you mean {meant}?"


async def _role(call: Interaction) -> None:
    today = call.calendar.day_of(call.rt.now())
    who = await people(call, "slack_id", "person", "Person")
    which = Slot("role", "choice", "Role", organization_roles())
    line = read_line(call.words, [who, which], today)
    named, role, reason = (line.values.get(name, "") for name in ("slack_id", "role", "reason"))
    if problem := line.problem or _unread(call, line, who, role):
        await call.say(plain_answer(problem))
        return
    person, end = await slack_id_of(call.rt, named), _with_no_other(line.end, reason, today)
    rule = call.rt.policy.rule_for("change_role", None, None)
    is_past = end.day is not None and end.day < today
    more = _says_more(
        call, reason.split(), who, which, Slot("workspace_id", "workspace", names=tuple(await places(call.rt)))
    )
    if (
        not line.is_sure
        or more
        or not is_user_id(named)
        or not role
        or not end.is_sure
        or is_past
        or (rule.reason_required and not reason)
    ):
        ends_on = end.day.isoformat() if end.day else ""
        values = {"slack_id": person, "role": role, "reason": reason, "ends_on": ends_on}
        await open_form(call, "change_role", values, on_top=unread_end(end) or more)
        return
    call.set_actor(await resolve_actor(call.rt, call.user_id, call.team_id, fresh=True))

    async def told(request: Request, is_posted: bool) -> None:
        with contextlib.suppress(SlackError):  # it is sent anyway, and the outcome is told
            await call.say(plain_answer(sent_in_words(call, request, is_posted=is_posted)))

    wanted = ChangeRole(slack_id=person, role=role, ends_on=end.day)
    try:
        await service.submit(call.rt, call.actor, "change_role", wanted, reason, told)
    except AskedAlready as refusal:
        values = {"slack_id": person, "role": role, "reason": reason, "ends_on": end.day.isoformat() if end.day else ""}
        await open_to_replace(call, "change_role", values, refusal)
    except InvalidInput as error:
        await call.say(plain_answer(f"⚠️ {escape(error.sentence)} Nothing was sent."))


def _unread(call: Interaction, line: Line, who: Slot, role: str) -> Markup:
    """Return what is said of words that name neither a person nor a role, and of a role that nobody can be given."""
    word = line.unknown[0] if line.unknown else ""
    if word and "slack_id" not in line.values:
        usage = code(f"/{call.rt.settings.command_prefix}-members role @person developer")
        close = closest_name(word, [part for one in who.names for part in one.label.split()])
        meant = f" Did you mean {bold(close)}?" if close else ""
        return f"{bold(word)} is not a person that I know.{meant} Mention them: {usage}. Nothing was sent."
    if mentioned(word):
        return ONE_PERSON
    return no_such_role(word or role) if word or role == "admin" else ""


def _with_no_other(end: Ending, reason: str, today: date) -> Ending:
    """Return an end, unsure where the words around it may say another: `until 31 Dec or until the audit is over`."""
    other = find_end(reason.split(), today)
    return replace(end, is_sure=end.is_sure and other.day is None and other.is_sure)


def _says_more(call: Interaction, why: Sequence[str], who: Slot, which: Slot, place: Slot) -> Markup:
    """Return what is said of a reason that may say more than why: a workspace, another role, or somebody else."""
    is_reason = begins_reason(why, FOR) and why[0].casefold() != "since"  # member since 2020, wants billing
    after = [why[at:] for at in range(1 if is_reason else len(why))]
    if any(led_clause(words, [place]) for words in after) or clause_at(why, [place]):
        access = code(f"/{call.rt.settings.command_prefix}-workspaces access WORKSPACE @person developer")
        return f"⚠️ This is a role in the whole organization. In one workspace: {access}."
    is_other = not is_reason and any(clause_at(words, [which]) for words in after)
    is_listed = bool(why) and (why[0].casefold() in JOINS or clause_at(why, [who]) is not None)
    if is_other or is_listed or any(mentioned(word.strip("().,;:")) for word in why):
        return "⚠️ I read one person and one role. Check them and the reason below."
    return ""


async def _relink(call: Interaction) -> None:
    person = mentioned(call.words[0]) if call.words else ""
    if not person:
        raise NotFound(f"Mention the person: {code(f'/{call.rt.settings.command_prefix}-members relink @person')}.")
    call.set_actor(await resolve_actor(call.rt, call.user_id, call.team_id, fresh=True))
    was_linked = await unlink(call.rt, call.actor, person)
    them = mention(person)
    said = f"✅ I removed the link of {them}. They'll be linked by their current e-mail address when they next use me."
    await call.say(
        plain_answer(said if was_linked else f"{them} is not linked yet. They'll be linked when they first use me.")
    )


FEATURE = Feature(commands={"members": members_command})
