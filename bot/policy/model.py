"""Who may approve what, as frozen data: `policy.toml` in the form in which rules are asked of it.

Pure: the file is read in `policy_file.py`, and whether somebody belongs to a group is found out elsewhere. Where nothing
is said, nobody can approve.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.policy.working_hours import Lifetime, WorkingHours
from bot.words.folded import folded
from bot.words.own import Own
from bot.words.wording import plural

_HOUR = timedelta(hours=1)


class ApproverKind(StrEnum):
    """How the people behind an approver reference are found."""

    USERGROUP = "usergroup"
    USER = "user"
    ORG_ADMINS = "org-admins"
    WORKSPACE_ADMINS = "workspace-admins"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ApproverRef(_Frozen):
    """Some people who may approve; `id` is the Slack id of a user group or user, None for the two groups of admins."""

    kind: ApproverKind
    id: str | None = None

    def __str__(self) -> str:
        """Write it as the policy file does."""
        return f"{self.kind}:{self.id}" if self.id else str(self.kind)


class RuleSettings(_Frozen):
    """What one table of the policy says; None where it says nothing. `approvers` are group names."""

    approvers: tuple[str, ...] | None = None
    quorum: int | None = Field(default=None, ge=1)
    channel: str | None = None
    reason_required: bool | None = None
    expires_in: Lifetime | None = None
    issue_keys: Literal["console", "api"] | None = None


class WorkspaceSettings(_Frozen):
    """What the policy says of one workspace, in general and for single kinds."""

    rule: RuleSettings = RuleSettings()
    kinds: dict[str, RuleSettings] = {}


class Rule(_Frozen):
    """What holds for one kind in one workspace. No approvers: nobody can approve.

    `version` is that of the policy that says so, `tables` are its workspace tables that apply. Where there is something in
    `and_of`, an approver has to be among those, too. `expires_in` counts by the working `hours`. The `quorum` is never less
    than `least`, which the kind itself demands. Not `is_read`: the policy's file can't be used, so that nobody can approve.
    """

    approvers: tuple[ApproverRef, ...] = ()
    group_names: tuple[str, ...] = ()
    quorum: int = 1
    channel: str | None = None
    reason_required: bool = True
    expires_in: Lifetime = Lifetime(rest=timedelta(hours=8))
    hours: WorkingHours = WorkingHours()
    issue_keys: Literal["console", "api"] = "console"
    version: str = ""
    tables: tuple[str, ...] = ()
    and_of: tuple[ApproverRef, ...] = ()
    least: int = 1
    is_read: bool = True

    @property
    def nobody_because(self) -> Own:
        """Why it has no approvers, as a clause."""
        return "the policy names no approvers for it" if self.is_read else "the policy file has a fault or can't be read"

    def expires_at(self, asked_at: datetime, ends_at: datetime | None = None) -> datetime:
        """Return when a request that is asked at a moment expires undecided: with what it is about at the latest."""
        expires_at = self.expires_in.after(asked_at, self.hours)
        return min(expires_at, ends_at) if ends_at else expires_at

    def on_record(self) -> dict[str, Any]:
        """Return who decides by this rule as plain JSON, because the version alone says nothing once the file is another."""
        said: dict[str, Any] = {"approvers": [str(ref) for ref in self.approvers], "quorum": self.quorum}
        if self.tables:
            said["tables"] = list(self.tables)
        return said | {"and_of": [str(ref) for ref in self.and_of]} if self.and_of else said

    @property
    def lasts(self) -> Own:
        """How long a request waits for a decision, in words."""
        return self.expires_in.in_words(self.hours)


class AskedUnder(BaseModel):
    """What of a rule goes on binding what was asked for under it.

    `lasts` says how long it waits for a decision. The approvers are reminded at `remind_at`, half of that time, and the
    requester hears at `last_call_at`, an hour before its end, that nobody decided; both are None where it is shorter than
    an hour.
    """

    model_config = ConfigDict(frozen=True)

    approvers: tuple[ApproverRef, ...] = ()
    quorum: int = 1
    tables: tuple[str, ...] = ()
    lasts: str = ""
    remind_at: datetime | None = None
    last_call_at: datetime | None = None

    @classmethod
    def of(cls, rule: Rule, asked_at: datetime, ends_at: datetime | None = None) -> "AskedUnder":
        """Return what of this rule goes on binding what is asked at a moment, until what it is about ends."""
        found = cls(approvers=rule.approvers, quorum=rule.quorum, tables=rule.tables, lasts=rule.lasts)
        span = rule.expires_in.span(rule.hours)
        if span < _HOUR:
            return found
        half, late = (rule.expires_in.after(asked_at, rule.hours, at) for at in (span / 2, max(span - _HOUR, span / 2)))
        expires_at = rule.expires_at(asked_at, ends_at)
        if expires_at == ends_at:  # less time than the rule gives
            half = asked_at + (expires_at - asked_at) / 2
            late = max(expires_at - _HOUR, half)
        return found.model_copy(update={"remind_at": half, "last_call_at": late})


def stricter(asked: AskedUnder, today: Rule) -> Rule:
    """Return today's rule, made no looser than the one under which something was asked for.

    The quorum is the higher one. Where other tables of workspaces apply than then, because the workspace was renamed or
    the file has others, whoever approves has to be an approver under both rules.
    """
    is_other = set(asked.tables) != set(today.tables)
    and_of = asked.approvers if is_other and set(asked.approvers) != set(today.approvers) else ()
    return today.model_copy(update={"quorum": max(asked.quorum, today.quorum), "and_of": and_of})


class Policy(_Frozen):
    """A whole policy. `version` is a short hash of the file; `nobody_because` says why nobody can approve anything.

    `zone` is the time zone of its calendar, the company's, by its IANA name: for people whose zone Slack doesn't tell.
    `least` has the kinds that demand more approvals than one, with how many: no table can ask for fewer.
    `see_people` are the groups whose people see by name who did what with Claude Code.
    """

    version: str = "none"
    nobody_because: str | None = None
    zone: str = "UTC"
    hours: WorkingHours = WorkingHours()
    groups: dict[str, tuple[ApproverRef, ...]] = {}
    defaults: RuleSettings = RuleSettings()
    kinds: dict[str, RuleSettings] = {}
    workspaces: dict[str, WorkspaceSettings] = {}
    least: dict[str, int] = {}
    see_people: tuple[str, ...] = ()

    @classmethod
    def nobody(cls, reason: str, version: str = "none") -> "Policy":
        """Return the policy under which nobody can approve; `reason` is a sentence for a person who asks why."""
        return cls(version=version, nobody_because=reason)

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that cards go to, under all rules."""
        tables = [self.defaults, *self.kinds.values()]
        for workspace in self.workspaces.values():
            tables += [workspace.rule, *workspace.kinds.values()]
        return tuple(sorted({table.channel for table in tables if table.channel}))

    def rule_for(self, kind: str, workspace_id: str | None, workspace_name: str | None) -> Rule:
        """Return the rule for a kind, in a workspace or (both None) in the organization.

        Later tables win, key by key: defaults, kinds.K, workspaces.W, workspaces.W.kinds.K. A workspace table found by id
        wins over one found by name, whose case does not matter.
        """
        if self.nobody_because:
            return Rule(version=self.version, hours=self.hours, is_read=False)
        tables = [self.defaults, self.kinds.get(kind, RuleSettings())]
        found = self._workspaces(workspace_id, workspace_name)
        tables += [workspace.rule for workspace in found]
        tables += [workspace.kinds.get(kind, RuleSettings()) for workspace in found]
        said: dict[str, Any] = {}
        for table in tables:
            said |= table.model_dump(exclude_none=True)
        names: tuple[str, ...] = said.pop("approvers", ())
        refs = dict.fromkeys(ref for name in names for ref in self.members(name))
        applying = tuple(sorted(key for key, workspace in self.workspaces.items() if workspace in found))
        known: dict[str, Any] = {"version": self.version, "hours": self.hours, "tables": applying}
        least = self.least.get(kind, 1)
        said["quorum"] = max(said.get("quorum", 1), least)
        return Rule(approvers=tuple(refs), group_names=names, least=least, **known, **said)

    def members(self, group: str) -> tuple[ApproverRef, ...]:
        """Return the references behind a group name; the two groups of admins need no entry, an unknown group is empty."""
        if group in (ApproverKind.ORG_ADMINS, ApproverKind.WORKSPACE_ADMINS):
            return (ApproverRef(kind=ApproverKind(group)),)
        return self.groups.get(group, ())

    def _workspaces(self, workspace_id: str | None, name: str | None) -> list[WorkspaceSettings]:
        by_name = [table for key, table in self.workspaces.items() if name and folded(key) == folded(name)]
        by_id = [self.workspaces[workspace_id]] if workspace_id in self.workspaces else []
        return by_name + by_id


def describe_rule(rule: Rule) -> str:
    """Say a rule in words, for the command line and for details; groups by the names that the policy gives them."""
    if not rule.approvers:
        return "nobody can approve"
    people = ", ".join(str(ref) for ref in rule.approvers)
    parts = [f"needs {plural(rule.quorum, 'approval')} from {' or '.join(rule.group_names)} ({people})"]
    if rule.least > 1:
        parts.append(f"never fewer than {rule.least}, whatever is written here")
    parts.append(f"expires after {rule.lasts}")
    parts.append("a reason is required" if rule.reason_required else "a reason is optional")
    parts.append(f"cards go to {rule.channel}" if rule.channel else "no channel for cards")
    return "; ".join(parts)
