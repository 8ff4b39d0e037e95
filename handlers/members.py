"""/claude-members: who is in the organization, and another role for somebody."""

import contextlib
import re

from bot.approvals import service
from bot.approvals.model import Request
from bot.approvals.replace import AskedAlready
from bot.errors import InvalidInput, NotFound, SlackError
from bot.kinds.people.change_role import ADMIN_SENTENCE, ROLES, ChangeRole
from bot.people.identity import resolve_actor, unlink
from bot.people.roles import ROLE_WORDS, role_words
from bot.slack import ids
from bot.slack.blocks import actions, context, fit, section
from bot.slack.elements import button
from bot.slack.markup import Markup, code, escape, mention
from bot.slack.model import Message
from bot.slack.paging import by_name, page_of, pager, range_of, read_turn, turns
from bot.words.ends import find_end
from bot.words.similar import closest
from bot.words.wording import listed, plural
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature
from handlers.forms import open_form, open_to_replace, sent_in_words

MEMBERS_SHOWN = 20
_MENTION = re.compile(r"<@([A-Z0-9]+)(?:\|[^>]*)?>")


async def members_command(call: Interaction) -> None:
    """Answer /claude-members and its subcommands."""
    name = call.parsed.subcommand.name if call.parsed and call.parsed.subcommand else ""
    if name == "role":
        await _role(call)
    elif name == "relink":
        await _relink(call)
    else:
        await call.say(await _overview(call))


async def _role(call: Interaction) -> None:
    words = list(call.words)
    found = _MENTION.fullmatch(words[0]) if words else None
    person = found.group(1) if found else ""
    role = words[1].casefold() if len(words) > 1 else ""
    today = call.calendar.day_of(call.rt.now())
    end = find_end(words[2:], today)
    reason = " ".join(end.rest)
    if words and not person:
        usage = code(f"/{call.rt.settings.command_prefix}-members role @person developer")
        await call.say(plain_answer(f"*{escape(words[0])}* is not a person that I know. Mention them: {usage}."))
        return
    if role and role not in ROLES:
        await call.say(plain_answer(f"⚠️ {ADMIN_SENTENCE if role == 'admin' else _no_such_role(role)} Nothing was sent."))
        return
    rule = call.rt.policy.rule_for("change_role", None, None)
    is_past = end.day is not None and end.day < today
    if not person or not role or not end.is_sure or is_past or (rule.reason_required and not reason):
        ends_on = end.day.isoformat() if end.day else ""
        await open_form(call, "change_role", {"slack_id": person, "role": role, "reason": reason, "ends_on": ends_on})
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


def _no_such_role(role: str) -> Markup:
    close = closest(role, ROLES)
    meant = f" Did you mean {code(close)}?" if close else ""
    return f"I don't know a role *{escape(role)}*.{meant} Roles are {listed([code(name) for name in ROLES])}."


async def _relink(call: Interaction) -> None:
    found = _MENTION.fullmatch(call.words[0]) if call.words else None
    if found is None:
        raise NotFound(f"Mention the person: {code(f'/{call.rt.settings.command_prefix}-members relink @person')}.")
    call.set_actor(await resolve_actor(call.rt, call.user_id, call.team_id, fresh=True))
    was_linked = await unlink(call.rt, call.actor, found.group(1))
    person = mention(found.group(1))
    said = f"✅ I removed the link of {person}. They'll be linked by their current e-mail address when they next use me."
    await call.say(
        plain_answer(said if was_linked else f"{person} is not linked yet. They'll be linked when they first use me.")
    )


async def _overview(call: Interaction, cursor: str = "") -> Message:
    members = await call.rt.directory.members()
    roles = sorted({m.role for m in members}, key=lambda role: (role not in ROLE_WORDS, [*ROLE_WORDS, role].index(role)))
    counts: list[Markup] = [plural(sum(m.role == role for m in members), *role_words(role)) for role in roles]
    page = page_of(members, lambda member: by_name(member.name, member.id), cursor, MEMBERS_SHOWN)
    role, _ = role_words(call.actor.member.role)
    intro = f"*{plural(len(members), 'member')}*: {listed(counts)}. Your role: *{role}*."
    part = f"{range_of(page)}, by name"
    lines: list[Markup] = [f"*{escape(m.name)}* — {role_words(m.role)[0]}\n{escape(m.email)}" for m in page.items]
    change = actions(button("Change a role…", "open_change_role", style="primary"))
    blocks = [section(intro), change, context(part), *map(section, lines), *pager(page, ids.PAGE_MEMBERS, "members")]
    names: list[Markup] = [f"{escape(m.name)} ({role_words(m.role)[0]})" for m in page.items]
    return Message(f"{intro} {part}: {', '.join(names)}", fit(blocks))


async def turn_members(call: Interaction) -> None:
    """Show another page of the members, where it was turned."""
    await call.say_in_place(await _overview(call, read_turn(call.value)[1]))


FEATURE = Feature(commands={"members": members_command}, actions=turns(ids.PAGE_MEMBERS, turn_members))
