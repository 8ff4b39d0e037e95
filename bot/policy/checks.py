"""What a policy's tables may say, and what they may say of each other; on the parsed TOML. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, NamedTuple, Protocol, cast

from bot.policy.lines import KeyPath
from bot.policy.model import ApproverKind, ApproverRef, Policy, Rule, RuleSettings
from bot.policy.working_hours import Lifetime, WorkingHours
from bot.words.calendars import is_zone
from bot.words.durations import read_compact
from bot.words.folded import folded
from bot.words.similar import closest
from bot.words.wording import WEEKDAYS, plural

_ADMINS = (ApproverKind.ORG_ADMINS, ApproverKind.WORKSPACE_ADMINS)
_MEMBER = re.compile(r"usergroup:S[A-Z0-9]+|user:[UW][A-Z0-9]+|org-admins|workspace-admins")
_MEMBERS = "Write usergroup:S…, user:U…, org-admins or workspace-admins."
_CALENDAR = re.compile(r" +calendar *\Z")
_HOURS = re.compile(r"([0-9]{1,2}):([0-9]{2}) ?[-–] ?([0-9]{1,2}):([0-9]{2})")
_SHORTEST, _LONGEST = timedelta(minutes=5), timedelta(days=90)
WANTS = {
    "version": "must be 1",
    "zone": 'must be the name of a time zone, such as "Europe/Berlin"',
    "groups": "must be a table of lists of members",
    "approvers": 'must be a list of group names, such as ["admins"]',
    "quorum": "must be a whole number, 1 or more",
    "channel": 'must be the id of a Slack channel, such as "C0123456789", not its name',
    "reason_required": "must be true or false",
    "expires_in": 'must be a duration from 5 minutes to 90 days, such as "8h", "2d", "90m" or "24h calendar"',
    "days": 'must be a list of working days in their order, such as ["Mon", "Tue", "Wed", "Thu", "Fri"]',
    "hours": 'must be working hours of one day, an hour or more, such as "09:00-18:00"',
    "see_people": 'must be a list of group names, such as ["admins"]',
    "issue_keys": 'must be "console" or "api"',
}


class KindFacts(Protocol):
    """What the policy has to know of a kind: whether its requests are about a workspace, and whether they issue keys."""

    @property
    def has_workspace(self) -> bool:
        """Tell whether each request is about one workspace; otherwise it is about the organization."""
        ...

    @property
    def issues_keys(self) -> bool:
        """Tell whether `issue_keys` means anything for it."""
        ...

    @property
    def least_approvals(self) -> int:
        """Return how many people have to approve it at the least, whatever the policy says."""
        ...


class Fault(NamedTuple):
    """What is wrong with a key; `value` is the entry of its list that is meant, if it is one."""

    path: KeyPath
    sentence: str
    value: str | None = None


def parse_lifetime(text: str) -> Lifetime | None:
    """Read `8h`, `2d`, `90m`, `1d 12h`, each with `calendar` behind it or not.

    None for anything else and for what is outside of 5 minutes to 90 days.
    """
    counted = _CALENDAR.sub("", text)
    parts = read_compact(counted)
    if parts is None or not _SHORTEST <= timedelta(days=parts[0]) + parts[1] <= _LONGEST:
        return None
    return Lifetime(days=parts[0], rest=parts[1], is_calendar=counted != text)


def parse_hours(text: str) -> tuple[int, int] | None:
    """Read `09:00-18:00` as minutes after midnight; None for anything else, and for less than an hour of one day."""
    found = _HOURS.fullmatch(text.strip())
    if found is None:
        return None
    opens, closes = (60 * int(found[n]) + int(found[n + 1]) for n in (1, 3))
    return (opens, closes) if opens + 60 <= closes <= 24 * 60 and max(int(found[2]), int(found[4])) < 60 else None


def calendar_faults(raw: Mapping[str, Any]) -> list[Fault]:
    """Find what is wrong with the working days, hours and zone, as far as their shape allows."""
    table, faults = _dict(raw.get("calendar")), list[Fault]()
    days, hours, zone = table.get("days"), table.get("hours"), table.get("zone")
    path: KeyPath = ("calendar", "days")
    unknown = [day for day in _list(days) if day not in WEEKDAYS]
    faults += [Fault(path, f"{day} is not a working day. Write {', '.join(WEEKDAYS)}.", day) for day in unknown]
    if not unknown and _list(days) != [day for day in WEEKDAYS if day in _list(days)]:
        faults.append(Fault(path, f"days {WANTS['days']}."))
    if days == []:
        faults.append(Fault(path, f"days {WANTS['days']}."))
    if isinstance(hours, str) and parse_hours(hours) is None:
        faults.append(Fault(("calendar", "hours"), f"hours {WANTS['hours']}."))
    if isinstance(zone, str) and not is_zone(zone):
        faults.append(Fault(("calendar", "zone"), f"There is no time zone {zone}. zone {WANTS['zone']}."))
    return faults


def build_hours(days: Sequence[str] | None, hours: str | None, zone: str | None) -> WorkingHours:
    """Return the calendar that a policy's table means. What it leaves out is Monday to Friday, 09:00 to 18:00, UTC."""
    usual = WorkingHours()
    opens, closes = (parse_hours(hours) if hours else None) or (usual.opens, usual.closes)
    chosen = usual.days if days is None else tuple(WEEKDAYS.index(day) for day in days)
    return WorkingHours(days=chosen, opens=opens, closes=closes, zone=zone or usual.zone)


def nearest(word: str, known: Collection[str]) -> str:
    """Return the end of a sentence that points at the known word which was probably meant."""
    close = closest(word, known)
    return f" Did you mean {close}?" if close else f" Known here: {', '.join(sorted(known))}."


def reference_faults(raw: Mapping[str, Any], known_kinds: Collection[str]) -> list[Fault]:
    """Check what the tables say of each other, as far as their shape allows."""
    groups = _dict(raw.get("groups"))
    faults: list[Fault] = []
    for name, members in groups.items():
        path = ("groups", name)
        if name in _ADMINS:
            faults.append(Fault(path, f"{name} is built in and can't be defined."))
        wrong = [member for member in _list(members) if not _MEMBER.fullmatch(member)]
        faults += [Fault(path, f"{member} is not a member. {_MEMBERS}", member) for member in wrong]
    for path, table in _rule_tables(raw):
        if len(path) > 1 and path[-2] == "kinds" and path[-1] not in known_kinds:
            faults.append(Fault(path, f"Unknown kind {path[-1]}.{nearest(path[-1], known_kinds)}"))
        known = {*groups, *_ADMINS}
        for name in _list(table.get("approvers")):
            if name not in known:
                faults.append(Fault((*path, "approvers"), f"Unknown group {name}.{nearest(name, known)}", name))
        expires_in = table.get("expires_in")
        if isinstance(expires_in, str) and parse_lifetime(expires_in) is None:
            faults.append(Fault((*path, "expires_in"), f"expires_in {WANTS['expires_in']}."))
    return faults + _sight_faults(raw) + calendar_faults(raw) + _same_names(_dict(raw.get("workspaces")))


def _sight_faults(raw: Mapping[str, Any]) -> list[Fault]:
    """Find the groups that may see people and don't exist, or that are only there where something is about a workspace."""
    groups, path = _dict(raw.get("groups")), ("claude_code", "see_people")
    known = {*groups, ApproverKind.ORG_ADMINS}
    faults: list[Fault] = []
    for name in _list(_dict(raw.get("claude_code")).get("see_people")):
        members = _list(groups.get(name)) if name in groups else [name]
        if ApproverKind.WORKSPACE_ADMINS in members:
            faults.append(Fault(path, f"{name}: workspace-admins means nothing here, for this is about no workspace.", name))
        elif name not in known:
            faults.append(Fault(path, f"Unknown group {name}.{nearest(name, known)}", name))
    return faults


def idle_faults(raw: Mapping[str, Any], kinds: Mapping[str, KindFacts]) -> list[Fault]:
    """Find what would never apply, because a kind has no workspace or issues no keys."""
    faults: list[Fault] = []
    for path, table in _rule_tables(raw):
        parts = ["", *path]
        where, name = parts[-2], parts[-1]
        kind = kinds.get(name) if where == "kinds" else None
        if kind and "workspaces" in parts and not kind.has_workspace:
            faults.append(Fault(path, f"{name} is about no workspace, so this never applies. Write [kinds.{name}] instead."))
        if kind and "issue_keys" in table and not kind.issues_keys:
            faults.append(Fault((*path, "issue_keys"), f"{name} issues no keys, so issue_keys never applies here."))
    return faults


def _same_names(workspaces: Mapping[str, Any]) -> list[Fault]:
    """Names are compared without case, so two tables that differ by case alone would both count."""
    seen: dict[str, str] = {}
    faults: list[Fault] = []
    for name in workspaces:
        first = seen.setdefault(folded(name), name)
        if first != name:
            faults.append(Fault(("workspaces", name), f"{name} and {first} are the same workspace: case doesn't count."))
    return faults


def quorum_faults(policy: Policy, kinds: Mapping[str, KindFacts]) -> list[Fault]:
    """Find the rules that name too few people to ever reach their quorum, as far as the file alone can tell.

    Only the quorum that the file itself says counts: what a kind demands on top of it is no fault of the file.
    """
    policy = policy.model_copy(update={"least": {}})
    faults: dict[KeyPath, Fault] = {}
    for workspace in (None, *policy.workspaces):
        for kind, facts in kinds.items():
            if facts.has_workspace or workspace is None:
                key, sentence = _too_few(policy.rule_for(kind, workspace, workspace), kind, facts)
                path = _where_said(policy, kind, workspace, key)
                if sentence:
                    faults.setdefault(path, Fault(path, sentence))
    return list(faults.values())


def _too_few(rule: Rule, kind: str, facts: KindFacts) -> tuple[str, str]:
    """Return the key that is at fault and a sentence about it; an empty one when nothing is."""
    could = _could_approve(rule, facts)
    if rule.approvers and not could:
        return "approvers", f"{kind} is about no workspace, so workspace-admins alone can never approve it."
    if could and _are_too_few(could, rule.quorum):
        return "quorum", f"quorum is {rule.quorum}, but the rule has only {plural(len(could), 'approver')}."
    return "", ""


def _could_approve(rule: Rule, facts: KindFacts) -> list[ApproverRef]:
    return [ref for ref in rule.approvers if facts.has_workspace or ref.kind is not ApproverKind.WORKSPACE_ADMINS]


def _are_too_few(refs: Sequence[ApproverRef], quorum: int) -> bool:
    """Tell whether only people are named, and fewer than have to approve."""
    return all(ref.kind is ApproverKind.USER for ref in refs) and len(refs) < quorum


class Demanded(NamedTuple):
    """A sentence about a kind that demands more approvals than the policy has room for; `is_refused`: nobody can ask."""

    kind: str
    sentence: str
    is_refused: bool


def demanded(policy: Policy, kinds: Mapping[str, KindFacts]) -> list[Demanded]:
    """Find the kinds that need more approvals than the policy says, or than it names people."""
    said: list[Demanded] = []
    for kind, facts in kinds.items():
        places = (None, *policy.workspaces) if facts.has_workspace else (None,)
        for workspace in places if facts.least_approvals > 1 else ():
            rule = policy.rule_for(kind, workspace, workspace)
            where, needs = f" in {workspace}" if workspace else "", f"{kind} always needs {rule.least} approvals"
            own = policy.kinds.get(kind) if workspace is None else policy.workspaces[workspace].kinds.get(kind)
            could = _could_approve(rule, facts)
            if own and own.quorum and own.quorum < rule.least:
                sentence = f"{needs}, so its quorum of {own.quorum}{where} changes nothing."
                said.append(Demanded(kind, sentence, is_refused=False))
            if could and _are_too_few(could, rule.quorum):
                sentence = f"{needs}, but only {plural(len(could), 'person', 'people')} could give them{where}."
                said.append(Demanded(kind, sentence, is_refused=True))
    return said


def _where_said(policy: Policy, kind: str, workspace: str | None, key: str) -> KeyPath:
    """Return where a key of a rule comes from. The later table wins, as in `rule_for`."""
    tables: list[tuple[KeyPath, RuleSettings | None]] = []
    if workspace is not None:
        table = policy.workspaces[workspace]
        tables.append((("workspaces", workspace, "kinds", kind), table.kinds.get(kind)))
        tables.append((("workspaces", workspace), table.rule))
    tables.append((("kinds", kind), policy.kinds.get(kind)))
    said = [path for path, table in tables if getattr(table, key, None) is not None]
    return (*(said[0] if said else ("defaults",)), key)


def _rule_tables(raw: Mapping[str, Any]) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    """Yield every table that holds a rule, with its path."""
    yield ("defaults",), _dict(raw.get("defaults"))
    for kind, table in _dict(raw.get("kinds")).items():
        yield ("kinds", kind), _dict(table)
    for name, workspace in _dict(raw.get("workspaces")).items():
        yield ("workspaces", name), _dict(workspace)
        for kind, table in _dict(_dict(workspace).get("kinds")).items():
            yield ("workspaces", name, "kinds", kind), _dict(table)


def _dict(value: object) -> dict[str, Any]:
    return cast(dict[str, Any], value) if isinstance(value, dict) else {}


def _list(value: object) -> list[str]:
    return [item for item in cast(list[object], value) if isinstance(item, str)] if isinstance(value, list) else []
