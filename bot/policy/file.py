"""From the text of `policy.toml` to a Policy, or to every fault in it with its line.

A policy that can't be read must not leave anybody with the power to approve: `load_policy` then returns the policy under
which nobody may, and says why.
"""

import hashlib
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.policy.checks import (
    WANTS,
    Fault,
    KindFacts,
    build_hours,
    idle_faults,
    nearest,
    parse_lifetime,
    quorum_faults,
    reference_faults,
)
from bot.policy.lines import KeyPath, key_lines, line_of
from bot.policy.model import ApproverKind, ApproverRef, Policy, RuleSettings, WorkspaceSettings
from bot.policy.working_hours import WorkingHours
from bot.words.reading import pasted

PLACEHOLDER_CHANNEL = "C0123456789"
_PLACEHOLDERS = {PLACEHOLDER_CHANNEL: "channel", "S0123456789": "user group", "U0123456789": "person"}


@dataclass(frozen=True)
class PolicyFault:
    """One thing that is wrong (or to be filled in): line from 1, the key such as `kinds.revoke_key.quorum`, a sentence."""

    line: int
    key_path: str
    sentence: str


class PolicyError(Exception):
    """The policy can't be used; `faults` has all of them in the order of their lines."""

    def __init__(self, faults: tuple[PolicyFault, ...]) -> None:
        super().__init__("\n".join(f"line {fault.line}: {fault.sentence}" for fault in faults))
        self.faults = faults


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _RuleTable(_Table):
    approvers: list[str] | None = None
    quorum: int | None = Field(default=None, ge=1)
    channel: str | None = Field(default=None, pattern=r"^[CG][A-Z0-9]{2,}$")
    reason_required: bool | None = None
    expires_in: str | None = None
    issue_keys: Literal["console", "api"] | None = None


class _WorkspaceTable(_RuleTable):
    kinds: dict[str, _RuleTable] = {}


class _CalendarTable(_Table):
    days: list[str] | None = None
    hours: str | None = None
    zone: str | None = None


class _ClaudeCodeTable(_Table):
    see_people: list[str] = []


class _File(_Table):
    version: Literal[1]
    calendar: _CalendarTable = _CalendarTable()
    claude_code: _ClaudeCodeTable = _ClaudeCodeTable()
    groups: dict[str, list[str]] = {}
    defaults: _RuleTable = _RuleTable()
    kinds: dict[str, _RuleTable] = {}
    workspaces: dict[str, _WorkspaceTable] = {}


def load_policy(path: Path, known_kinds: Mapping[str, KindFacts]) -> Policy:
    """Read the policy file; never raises. What can't be read in full gives `Policy.nobody` with the reason."""
    return PolicyFile(path, known_kinds).read()


class PolicyFile:
    """The policy file, read again and again: parsed only where its text is another one than before."""

    def __init__(self, path: Path, known_kinds: Mapping[str, KindFacts]) -> None:
        self._path, self._kinds = path, known_kinds
        self._seen: str | None = None
        self._policy = Policy()

    def read(self) -> Policy:
        """Return the policy as the file has it now; never raises."""
        return self.changed() or self._policy

    def changed(self) -> Policy | None:
        """Return the policy if the file says something else than at the last look; never raises.

        The text is compared: times of change mean little on volumes that are mounted, and on clocks that jump.
        """
        try:
            text = self._path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            seen = f"unreadable: {why}"
            found = Policy.nobody(
                f"The policy file {self._path} can't be read: {why}. Until it can be read, nobody can approve."
            )
        else:
            seen = version_of(text)
            found = self._policy if seen == self._seen else _understood(text, self._kinds)
        if seen == self._seen:
            return None
        self._seen, self._policy = seen, found
        return found


def _understood(text: str, known_kinds: Mapping[str, KindFacts]) -> Policy:
    try:
        return parse_policy(text, known_kinds)
    except PolicyError as error:
        first, more = error.faults[0], len(error.faults) - 1
        others = f" ({more} more like it)" if more else ""
        return Policy.nobody(
            f"The policy file has a fault on line {first.line}{others}: {first.sentence}"
            " Until it is fixed, nobody can approve.",
            version_of(text),
        )


def parse_policy(text: str, known_kinds: Mapping[str, KindFacts]) -> Policy:
    """Make a policy of a TOML text; PolicyError with every fault. A text without any key: nobody can approve."""
    version, text = version_of(text), pasted(text)
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise PolicyError((_syntax_fault(text, error),)) from None
    except (ValueError, RecursionError):  # a number of thousands of digits, or brackets within brackets
        raise PolicyError((PolicyFault(1, "", "This TOML is too large or too deep to be read."),)) from None
    if not raw:
        return Policy.nobody("The policy file is empty, so nobody can approve.", version)
    faults, file = _shape(raw)
    faults += reference_faults(raw, known_kinds) + idle_faults(raw, known_kinds)
    if faults or file is None:
        raise PolicyError(_placed(text, faults))
    policy = _build(file, version, known_kinds)
    if faults := quorum_faults(policy, known_kinds):
        raise PolicyError(_placed(text, faults))
    return policy


def placeholders(text: str) -> list[PolicyFault]:
    """Return what is still to be filled in: an id of the example, wherever it stands outside of comments."""
    return [
        PolicyFault(number, noun, f"{placeholder} is the {noun} of the example. Put in the id of yours.")
        for number, line in enumerate(text.split("\n"), 1)
        for placeholder, noun in _PLACEHOLDERS.items()
        if re.search(rf'["\'](user:|usergroup:)?{placeholder}["\']', line.partition("#")[0])
    ]


def version_of(text: str) -> str:
    """Return the policy's version: a short hash of its text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _placed(text: str, faults: list[Fault]) -> tuple[PolicyFault, ...]:
    """Give every fault its line, and sort."""
    lines = key_lines(text)
    placed = {PolicyFault(line_of(text, lines, path, value), ".".join(path), said) for path, said, value in faults}
    return tuple(sorted(placed, key=lambda fault: (fault.line, fault.key_path, fault.sentence)))


def _syntax_fault(text: str, error: tomllib.TOMLDecodeError) -> PolicyFault:
    match = re.search(r"\(at line (\d+), column \d+\)", str(error))
    line = int(match[1]) if match else text.count("\n") + 1
    return PolicyFault(line, "", f"This is not TOML: {str(error).split(' (at ')[0]}.")


def _shape(raw: Mapping[str, Any]) -> tuple[list[Fault], _File | None]:
    """Check keys and types; one fault for each key, in the words of `WANTS`."""
    try:
        return [], _File.model_validate(raw)
    except ValidationError as error:
        faults: dict[KeyPath, str] = {}
        for item in error.errors(include_url=False):
            path = tuple(str(part) for part in item["loc"] if isinstance(part, str))
            key = path[-1]
            if item["type"] == "extra_forbidden":
                faults[path] = f"Unknown key {key}.{nearest(key, _keys_beside(path))}"
            elif item["type"] == "missing":
                faults[path] = f"{key} = 1 is missing at the top."
            else:
                faults.setdefault(
                    path,
                    f"{key} {WANTS.get(key, 'must be a table' if path[0] != 'groups' else 'must be a list of members')}.",
                )
        return [Fault(path, said) for path, said in faults.items()], None


def _keys_beside(path: KeyPath) -> Collection[str]:
    if len(path) == 1:
        return _File.model_fields
    if path[0] in ("calendar", "claude_code"):
        return (_CalendarTable if path[0] == "calendar" else _ClaudeCodeTable).model_fields
    return _WorkspaceTable.model_fields if path[0] == "workspaces" and "kinds" not in path[2:] else _RuleTable.model_fields


def _build(file: _File, version: str, kinds: Mapping[str, KindFacts]) -> Policy:
    return Policy(
        least={name: kind.least_approvals for name, kind in kinds.items() if kind.least_approvals > 1},
        version=version,
        zone=file.calendar.zone or "UTC",
        hours=_hours(file.calendar),
        see_people=tuple(file.claude_code.see_people),
        groups={name: tuple(_ref(member) for member in members) for name, members in file.groups.items()},
        defaults=_rule(file.defaults),
        kinds={kind: _rule(table) for kind, table in file.kinds.items()},
        workspaces={
            name: WorkspaceSettings(rule=_rule(table), kinds={kind: _rule(inner) for kind, inner in table.kinds.items()})
            for name, table in file.workspaces.items()
        },
    )


def _hours(table: _CalendarTable) -> WorkingHours:
    return build_hours(table.days, table.hours, table.zone)


def _rule(table: _RuleTable) -> RuleSettings:
    return RuleSettings(
        approvers=None if table.approvers is None else tuple(table.approvers),
        quorum=table.quorum,
        channel=table.channel,
        reason_required=table.reason_required,
        expires_in=parse_lifetime(table.expires_in) if table.expires_in else None,
        issue_keys=table.issue_keys,
    )


def _ref(member: str) -> ApproverRef:
    kind, _, slack_id = member.partition(":")
    return ApproverRef(kind=ApproverKind(kind), id=slack_id or None)
