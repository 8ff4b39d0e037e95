"""Commands that open the form of a kind of request, filled in with what was typed; the command table says how."""

from dataclasses import replace
from decimal import Decimal

from bot.approvals.kind import AnyKind, find_kind
from bot.forms.fields import WHOLE
from bot.kinds.limits.today import limit_today
from bot.people.identity import member_behind
from bot.slack.markup import Markup, bold, code, escape, is_user_id, mention
from bot.words.amounts import exact_amount, read_limit
from bot.words.unreadable import Unreadable
from handlers.clauses import BY, with_part
from handlers.edge.guard import Listener, plain_answer
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature, ForColleagues
from handlers.forms import no_end, open_form, unread_end
from handlers.line_names import slack_id_of, slots_of
from handlers.lines import Line, read_line
from handlers.unread import said_of_unknown, slip_of_place

_LOWERS = ("lower", "reduce", "decrease", "cut")
_FROM_ALL = ("from the organization", "from organization", "from the org")


def opening_forms(feature: Feature) -> Feature:
    """Return a feature whose commands open the form that a row of the table names, and ask its handler for the others.

    What is for every colleague opens none: whoever asks for something has to be a member.
    """
    commands = feature.commands.items()
    opening = {name: run if isinstance(run, ForColleagues) else _opens_or(run) for name, run in commands}
    return replace(feature, commands=opening)


def _opens_or(run: Listener) -> Listener:
    async def open_or_run(call: Interaction) -> None:
        if not await _opened_form(call):
            await run(call)

    return open_or_run


async def _opened_form(call: Interaction) -> bool:
    """Open the form that a subcommand names; False where it names none."""
    subcommand = call.parsed.subcommand if call.parsed else None
    if call.parsed is None or subcommand is None or not subcommand.opens:
        return False
    kind = find_kind(call.rt, subcommand.opens)
    if not call.words:
        await open_form(call, kind.name)
        return True
    slots = await slots_of(call, kind, subcommand.fills)
    today, ends = call.calendar.day_of(call.rt.now()), "ends_on" in subcommand.fills
    line = read_line(call.words, slots, today if ends else None, subcommand.reasons)
    if call.parsed.otherwise and not {"slack_id", "workspace_id"} & set(line.values):
        call.parsed = call.parsed.otherwise
        return await _opened_form(call)
    on_top = await _look_up(call, kind, line, subcommand.name)
    is_placed = len(line.loose) < 2 or "workspace_id" in line.values
    problem = (
        line.problem or said_of_unknown(call.rt, line, slots) or ("" if is_placed else slip_of_place(line.loose, slots))
    )
    if problem:
        await call.say(plain_answer(problem))
    else:
        on_top = on_top or line.note or (unread_end(line.end) if ends else no_end(call.words, today))
        await open_form(call, kind.name, line.values, line.labels, on_top)
    return True


async def _look_up(call: Interaction, kind: AnyKind, line: Line, verb: str) -> Markup:
    """Look up what was named, and say what stands in the way as the line's problem; returns what the form says on top."""
    values = line.values
    if "slack_id" in values:
        values["slack_id"] = await slack_id_of(call.rt, values["slack_id"])
        line.labels.pop("slack_id", "")
    if kind.name == "remove_member":
        await _find_member(call, line)
    keys = await call.rt.directory.keys() if "key_id" in values else ()
    if key := next((one for one in keys if one.id == values["key_id"]), None):
        said = f"{code(key.name)} is {escape(key.status)}, so you can't {escape(verb)} it."
        line.problem = line.problem or ("" if kind.rules.takes(key) else said)
    return await _changed_by(call, values)


async def _find_member(call: Interaction, line: Line) -> None:
    """Find the member behind a mention, or with a part of a name; whoever is taken out of a workspace stays a member."""
    values, asked = line.values, line.asked
    fitting = with_part(" ".join(line.unknown), asked) if asked and asked.type == "member" else []
    if fitting:
        values |= {"member_id": fitting[0].value} if len(fitting) == 1 else {}
        line.labels |= {"member_id": fitting[0].label} if len(fitting) == 1 else {}
        line.unknown = ()
    if is_user_id(person := values.get("member_id", "")):
        members = await call.rt.directory.members()
        values["member_id"] = await member_behind(call.rt, person, members)
        found = next((one for one in members if one.id == values["member_id"]), None)
        line.labels["member_id"] = found.name if found else ""
        if found is None:
            line.problem = f"{mention(person)} is not in the Claude organization, or I can't tell which member they are."
    why = values.get("reason", "")
    everywhere = next((said for said in _FROM_ALL if why.casefold().startswith(said)), "")
    values["reason"] = why[len(everywhere) :].strip()
    if values["reason"].startswith("from "):
        leave = code(f"/{call.rt.settings.command_prefix}-workspaces remove @person from WORKSPACE")
        said = f"This removes somebody from the whole organization. Out of one workspace: {leave}. Nothing was sent."
        line.problem = line.problem or said


async def _changed_by(call: Interaction, values: dict[str, str]) -> Markup:
    """Read `by 500` as a change of today's limit, and return how that was read."""
    typed = values.get("amount", "")
    if not typed.startswith(BY) or not values.get("workspace_id"):
        return ""
    del values["amount"]
    scope = values["workspace_id"]
    now = await limit_today(call.rt, None if scope == WHOLE else scope)
    try:
        change = Decimal(read_limit(typed.removeprefix(BY)))
    except Unreadable:
        return f"⚠️ I can't change a limit {bold(typed)}. Write the new limit below."
    if now is None:
        return f"⚠️ I don't know today's limit, so I can't change it {bold(typed)}. Write the new limit below."
    new = now - change if call.text.split()[0].casefold() in _LOWERS else now + change
    if new <= 0:
        return f"⚠️ Today's limit is {bold(exact_amount(now))} a month. Write the new limit below."
    values["amount"] = exact_amount(new)
    return (
        f"⚠️ Today's limit is {bold(exact_amount(now))} a month; {bold(typed)} makes it {bold(exact_amount(new))}. Check it."
    )
