"""Commands that open the form of a kind of request, filled in with what was typed; the command table says how."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from bot.admin.model import Workspace
from bot.approvals.kind import AnyKind, find_kind
from bot.forms.fields import FormField
from bot.kinds.keys.owners import may_see_key
from bot.kinds.people.leaving import member_label
from bot.organization.members_wanted import WantedMembers
from bot.organization.narrowing import mentioned, which_workspace
from bot.people.identity import member_behind
from bot.runtime import Runtime
from bot.slack.markup import Markup, bold, code, escape, mention, reads_alike
from bot.words.addresses import is_same_address
from bot.words.folded import folded
from bot.words.naming import after_its_thing, after_thing, after_to
from bot.words.phrases import after_lead_in
from bot.words.reading import as_read
from bot.words.reasons import find_reason
from bot.words.similar import closest_name
from bot.words.wording import listed
from handlers.edge.guard import Listener, plain_answer
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature, ForColleagues
from handlers.forms import open_form, unread_end
from handlers.lines import READS, read_line


@dataclass(frozen=True)
class _Read:
    """One field as it was typed: its value, what its chosen option says, or else a sentence (mrkdwn) about it."""

    value: str = ""
    label: str = ""
    problem: Markup = ""


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
    if subcommand is None or not subcommand.opens:
        return False
    kind = find_kind(call.rt, subcommand.opens)
    fields = {field.name: field for field in kind.form}
    values: dict[str, str] = {}
    labels: dict[str, str] = {}
    wanted = [fields[name] for name in subcommand.fills]
    if any(field.type in READS for field in wanted):
        line = await read_line(call, wanted, subcommand.reasons)
        if call.parsed and call.parsed.otherwise and not (line.has_person or "workspace_id" in line.values):
            call.parsed = call.parsed.otherwise
            return await _opened_form(call)
        if line.problem:
            await call.say(plain_answer(line.problem))
        else:
            await open_form(call, kind.name, line.values, line.labels, unread_end(line.end))
        return True
    shared, values["reason"] = await _shared_out(call, wanted, subcommand.reasons)
    for field, typed in shared:
        read = await _read(call, kind, field, typed, subcommand.name)
        if read.problem:
            await call.say(plain_answer(read.problem))
            return True
        values[field.name], labels[field.name] = read.value, read.label
    await open_form(call, kind.name, values, labels)
    return True


def share_out(fields: Sequence[FormField], words: Sequence[str]) -> list[tuple[FormField, str]]:
    """Return the typed text of each field: a word each; a key's name, else the last field, takes the rest."""
    greedy = next((n for n, field in enumerate(fields) if field.type == "key"), len(fields) - 1)
    spare = max(0, len(words) - len(fields))
    shared: list[tuple[FormField, str]] = []
    rest = list(words)
    for n, field in enumerate(fields):
        count = 1 + (spare if n == greedy else 0)
        shared.append((field, " ".join(rest[:count])))
        rest = rest[count:]
    return shared


async def _shared_out(
    call: Interaction, fields: Sequence[FormField], reasons: frozenset[str]
) -> tuple[list[tuple[FormField, str]], str]:
    """Return the typed text of each field, and the reason.

    Where the first words name a key that the actor may see, what follows its name is the other field's.
    """
    words, others = call.words, [field for field in fields if field.name != "reason"]
    names = await _names_of_keys(call) if others[0].type == "key" else ()
    led = after_lead_in(words)
    taken, behind = _words_of_name(words, names), _words_of_name(led, names)
    if not taken or (behind and len(words) - len(led) + behind > taken):  # a key `key ingest` before one called `ingest`
        words, taken = led, behind
    found = find_reason(words[taken:] if taken else call.words, reasons, lambda before, _after: _only_leads(before))
    if not taken:
        return share_out(others, (after_lead_in if names else after_thing)(found.words)), found.reason
    key, rest = (others[0], " ".join(words[:taken])), after_its_thing(found.words)
    if len(others) == 1:
        return [key], " ".join([*rest, found.reason]).strip()
    return [key, (others[1], " ".join(after_to(rest)))], found.reason


def _only_leads(words: Sequence[str]) -> bool:
    """Tell whether a name has to follow, as in `rename ingest to`."""
    return bool(words) and after_to([*words, ""]) == [""]


async def _names_of_keys(call: Interaction) -> Collection[str]:
    """Return the names and ids of the keys that the actor may see, as they are compared."""
    may_see = await may_see_key(call.rt, call.actor)
    return {as_read(name) for key in await call.rt.directory.keys() if may_see(key) for name in (key.id, key.name)}


def _words_of_name(words: Sequence[str], names: Collection[str]) -> int:
    """Return how many of the first words are the longest of these names; 0 where none is."""
    return next((n for n in range(len(words), 0, -1) if as_read(" ".join(words[:n])) in names), 0)


async def workspace_named(rt: Runtime, typed: str) -> Workspace | Markup:
    """Return the workspace that people know by a name, in any case, or has that id; a sentence where that isn't one."""
    every = await rt.directory.workspaces()
    found = _called(every, typed)
    if len(found) == 1:
        return found[0]
    if found:
        return which_workspace(typed, [one.id for one in found])
    close = closest_name(typed, [w.name for w in every])
    meant = f"Did you mean {bold(close)}?" if close else f"There are {listed([bold(w.name) for w in every], most=8)}."
    return f"I don't know a workspace {bold(typed)}. {meant}"


def _called(every: Sequence[Workspace], typed: str) -> list[Workspace]:
    """Return the workspaces of a name or id; of those that differ by case alone the one in the case that was typed."""
    found = [one for one in every if one.id == typed or as_read(one.name) == as_read(typed)]
    exact = [one for one in found if one.id == typed or reads_alike(one.name, typed)]
    return exact if len(exact) == 1 else found


async def _read(call: Interaction, kind: AnyKind, field: FormField, typed: str, verb: str) -> _Read:
    if field.type == "member":
        return await _member(call, typed) if typed else _Read()
    if field.type == "key":
        return await _key(call, kind, typed, verb) if typed else _Read()
    return _Read(typed[: field.max_length] if field.max_length else typed)


async def _member(call: Interaction, wanted: str) -> _Read:
    """Find the member who was mentioned, or whose address or name was typed, or a part of one alone.

    Several with one name are left to the menu.
    """
    members = await call.rt.directory.members()
    wanted = re.sub(r"^(?:the )?(?:member|user|person) ", "", wanted, flags=re.IGNORECASE)
    if person := mentioned(wanted):
        member_id = await member_behind(call.rt, person, members)
        named = [one for one in members if one.id == member_id]
        about = f"{mention(person)} is not in the Claude organization, or I can't tell which member they are."
    else:
        exact = [one for one in members if is_same_address(one.email, wanted) or folded(one.name) == folded(wanted)]
        named = exact or [one for one in members if WantedMembers(part=wanted).takes(one)]
        close = closest_name(wanted, [known for one in members for known in (one.email, one.name)])
        about = f"I don't know a member {bold(wanted)}.{f' Did you mean {bold(close)}?' if close else ''}"
    if not named and " from " in wanted:
        leave = code(f"/{call.rt.settings.command_prefix}-workspaces remove @person from WORKSPACE")
        about = f"This removes somebody from the whole organization. Out of one workspace: {leave}. Nothing was sent."
    if not named:
        return _Read(problem=about)
    return _Read(named[0].id, member_label(named[0])) if len(named) == 1 else _Read()


async def _key(call: Interaction, kind: AnyKind, wanted: str, verb: str) -> _Read:
    """Find the key that somebody named; a name that several have is left to the form's menu, which tells them apart."""
    may_see = await may_see_key(call.rt, call.actor)
    every = await call.rt.directory.keys()
    named = [k for k in every if k.id == wanted or as_read(k.name) == as_read(wanted)]
    keys = [k for k in named if may_see(k)]
    fitting = [k for k in keys if kind.rules.takes(k)]
    if len(fitting) == 1:
        return _Read(fitting[0].id, fitting[0].name)
    if fitting:
        return _Read()
    if keys:
        return _Read(problem=f"{code(keys[0].name)} is {escape(keys[0].status)}, so you can't {escape(verb)} it.")
    close = closest_name(wanted, [k.name for k in every if may_see(k) and kind.rules.takes(k)])
    meant = f" Did you mean {code(close)}?" if close else ""
    listing = code(f"/{call.rt.settings.command_prefix}-keys list")
    return _Read(problem=f"I don't know a key {code(wanted)}.{meant} {listing} shows all names.")
