"""/claude-admin: help from the table that parses, and how Quartermaster is set up and how it is doing."""

from bot.approvals.authority import needs_in_words
from bot.approvals.kind import all_kinds
from bot.people.identity import resolve_actor
from bot.policy.model import Rule
from bot.slack import ids
from bot.slack.blocks import context, section
from bot.slack.markup import Markup, channel_mention, date, escape
from bot.slack.model import Message
from bot.status.checks import StatusLine, collect_status
from bot.status.typed import with_commands
from bot.status.who_approves import who_approves
from handlers.advice import advice_command
from handlers.edge.guard import not_here
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature, ForColleagues
from handlers.help_view import all_commands

_MARKS: dict[bool | None, Markup] = {True: "✅", False: "⚠️", None: "▫️"}


async def show_all_commands(call: Interaction) -> None:
    """Answer the help's last button."""
    await call.say(all_commands(call.rt.settings.command_prefix))


async def admin_command(call: Interaction) -> None:
    """Answer /claude-admin; the help itself is answered by the edge, for every command alike."""
    name = call.parsed.subcommand.name if call.parsed and call.parsed.subcommand else ""
    if name == "policy":  # also: who may approve this
        call.set_actor(await resolve_actor(call.rt, call.user_id, call.team_id))
        await call.say(who_approves(call.rt.policy, all_kinds(call.rt), call.rt.settings.command_prefix))
        return
    if call.words:
        await call.say(not_here(call))
        return
    if name == "advice":
        call.set_actor(await resolve_actor(call.rt, call.user_id, call.team_id))
        await advice_command(call)
        return
    await call.say(await _status(call))


async def show_status(call: Interaction) -> None:
    """Answer the button that asks how everything is set up."""
    await call.say(await _status(call))


async def _status(call: Interaction) -> Message:
    lines = await collect_status(call.rt)
    text = "\n".join([f"{_MARKS[line.is_good]} *{escape(line.title)}* {_said(line)}" for line in lines])
    rule = _rule_in_words(call.rt.policy.rule_for("create_key", None, None))
    return Message(f"{text}\n{rule}", [section(text), context(rule)])


def _said(line: StatusLine) -> Markup:
    parts: list[Markup] = [
        with_commands(line.detail),
        date(line.at) if line.at else "",
        f"in {channel_mention(line.channel)}",
    ]
    return " ".join([part for part in parts if part and part != "in "])


def _rule_in_words(rule: Rule) -> Markup:
    """Return who decides about a key where no workspace has a rule of its own, as mrkdwn."""
    if not rule.approvers:
        return "Nobody can approve an API key in a workspace that the policy doesn't name."
    needs = needs_in_words(rule, None)
    where = f", in {channel_mention(rule.channel)}" if rule.channel else ""
    counted: Markup = "" if rule.expires_in.is_calendar else f" ({rule.hours.in_words()})"
    return f"An API key {needs[0].lower()}{needs[1:]}{where}. If nobody decides, it expires after {rule.lasts}{counted}."


FEATURE = Feature(
    commands={"admin": ForColleagues(admin_command)},
    actions={ids.HELP_STATUS: ForColleagues(show_status), ids.HELP_ALL: show_all_commands},
)
