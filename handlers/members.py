"""/claude-members: who is in the organization, and another role for somebody."""

import contextlib
from collections.abc import Sequence

from bot.approvals import service
from bot.approvals.model import Request
from bot.approvals.replace import AskedAlready
from bot.commands.parse import is_named
from bot.errors import InvalidInput, NotFound, SlackError
from bot.kinds.people.change_role import ADMIN_SENTENCE, ROLES, ChangeRole
from bot.organization.narrowing import mentioned
from bot.people.identity import resolve_actor, unlink
from bot.slack.markup import Markup, bold, code, escape, mention
from bot.words.ends import find_end
from bot.words.similar import closest, closest_name
from bot.words.wording import listed
from handlers import invites
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature
from handlers.edge.unknown import not_understood
from handlers.forms import open_form, open_to_replace, sent_in_words, unread_end
from handlers.invite_line import role_named
from handlers.lines import ONE_PERSON
from handlers.member_card import is_called, is_one, show_typed
from handlers.member_lists import list_typed
from handlers.people_named import person_named


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
    words = list(call.words)
    at = next((at for at, word in enumerate(words[:2]) if mentioned(word)), None)  # a later mention is part of the reason
    person = "" if at is None else mentioned(words.pop(at))
    today = call.calendar.day_of(call.rt.now())
    end = find_end(words, today)
    words = list(end.rest)
    is_named = not person and bool(words)
    if is_named:
        person, words = await person_named(call.rt, words)
    role, reason = _read_role(words) if person else ("", "")
    if words and not person:
        usage = code(f"/{call.rt.settings.command_prefix}-members role @person developer")
        close = closest_name(words[0], [name for one in await call.rt.directory.members() for name in one.name.split()])
        meant = f" Did you mean {bold(close)}?" if close else ""
        said: Markup = f"{bold(words[0])} is not a person that I know.{meant} Mention them: {usage}. Nothing was sent."
        await call.say(plain_answer(said))
        return
    if person and words and mentioned(words[0]):
        await call.say(plain_answer(ONE_PERSON))
        return
    if role and role not in ROLES:
        await call.say(plain_answer(f"⚠️ {ADMIN_SENTENCE if role == 'admin' else _no_such_role(role)} Nothing was sent."))
        return
    rule = call.rt.policy.rule_for("change_role", None, None)
    is_past = end.day is not None and end.day < today
    if is_named or not person or not role or not end.is_sure or is_past or (rule.reason_required and not reason):
        ends_on = end.day.isoformat() if end.day else ""
        values = {"slack_id": person, "role": role, "reason": reason, "ends_on": ends_on}
        await open_form(call, "change_role", values, on_top=unread_end(end))
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


def _read_role(words: Sequence[str]) -> tuple[str, str]:
    """Return the role that the first words name, as in `to Claude Code user`, or else the first word, and what follows."""
    left = words[1:] if words[:1] and words[0].casefold() in ("to", "as") else words
    plain = [word.casefold().strip(",.;:") for word in left]
    taken = next((n for n in (3, 2, 1) if role_named(" ".join(plain[:n]))), 1)
    return role_named(" ".join(plain[:taken])) or "_".join(plain[:taken]), " ".join(left[taken:])


def _no_such_role(role: str) -> Markup:
    close = closest(role, ROLES)
    meant = f" Did you mean {code(close)}?" if close else ""
    return f"I don't know a role *{escape(role)}*.{meant} Roles are {listed([code(name) for name in ROLES])}."


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
