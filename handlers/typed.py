"""Commands that open the form of a kind of request, filled in with what was typed; the command table says how."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.approvals.kind import AnyKind, find_kind
from bot.forms.fields import FormField
from bot.kinds.keys.owners import may_see_key
from bot.slack.markup import Markup, code, escape
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction
from handlers.forms import open_form


@dataclass(frozen=True)
class _Read:
    """One field as it was typed: its value, what its chosen option says, or else a sentence (mrkdwn) about it."""

    value: str = ""
    label: str = ""
    problem: Markup = ""


async def opened_form(call: Interaction) -> bool:
    """Open the form that a subcommand names; False where it names none."""
    subcommand = call.parsed.subcommand if call.parsed else None
    if subcommand is None or not subcommand.opens:
        return False
    kind = find_kind(call.rt, subcommand.opens)
    fields = {field.name: field for field in kind.form}
    values: dict[str, str] = {}
    labels: dict[str, str] = {}
    for field, typed in share_out([fields[name] for name in subcommand.fills], call.words):
        read = await _read(call, kind, field, typed, subcommand.name)
        if read.problem:
            await call.say(plain_answer(read.problem))
            return True
        values[field.name], labels[field.name] = read.value, read.label
    await open_form(call, kind.name, values, labels)
    return True


def share_out(fields: Sequence[FormField], words: Sequence[str]) -> list[tuple[FormField, str]]:
    """Return the typed text of each field: a word each; a key's name, else the last field, takes what is left over."""
    greedy = next((n for n, field in enumerate(fields) if field.type == "key"), len(fields) - 1)
    spare = max(0, len(words) - len(fields))
    shared: list[tuple[FormField, str]] = []
    rest = list(words)
    for n, field in enumerate(fields):
        count = 1 + (spare if n == greedy else 0)
        shared.append((field, " ".join(rest[:count])))
        rest = rest[count:]
    return shared


async def _read(call: Interaction, kind: AnyKind, field: FormField, typed: str, verb: str) -> _Read:
    if field.type == "key":
        return await _key(call, kind, typed, verb) if typed else _Read()
    return _Read(typed[: field.max_length] if field.max_length else typed)


async def _key(call: Interaction, kind: AnyKind, wanted: str, verb: str) -> _Read:
    """Find the key that somebody named; a name that several have is left to the form's menu, which tells them apart."""
    may_see = await may_see_key(call.rt, call.actor)
    named = [k for k in await call.rt.directory.keys() if k.name.casefold() == wanted.casefold() or k.id == wanted]
    keys = [k for k in named if may_see(k)]
    fitting = [k for k in keys if kind.rules.takes(k)]
    if len(fitting) == 1:
        return _Read(fitting[0].id, fitting[0].name)
    if fitting:
        return _Read()
    if keys:
        return _Read(problem=f"{code(keys[0].name)} is {escape(keys[0].status)}, so you can't {escape(verb)} it.")
    listing = code(f"/{call.rt.settings.command_prefix}-keys list")
    return _Read(problem=f"I don't know a key {code(wanted)}. {listing} shows all names.")
