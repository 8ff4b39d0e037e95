"""`python -m bot check` and `policy`: what can be known of settings, policy and manifest without connecting to anything."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import LiteralString

from bot.cli.check_targets import in_plain_http, target_faults
from bot.cli.doctor_disk import no_place, no_rights
from bot.cli.manifest_file import manifest_faults
from bot.cli.misspelt import placed, uncounted
from bot.commands.manifest import Mode
from bot.policy.checks import Demanded, KindFacts, demanded
from bot.policy.file import PLACEHOLDER_CHANNEL, PolicyError, load_policy, parse_policy, placeholders
from bot.policy.lines import key_lines
from bot.policy.model import Policy, Rule, describe_rule
from bot.policy.names import KNOWN_NOTE, Known, loose
from bot.settings.model import Settings, SettingsError, load_settings
from bot.settings.parse import is_loopback
from bot.settings.sources import bare
from bot.spend.scope import groups_without_people
from bot.store.audit import peek_audit_key
from bot.store.peek import peek_note, peek_revision, sqlite_path
from bot.store.revisions import why_too_new
from bot.words.wording import listed, plural

MANIFEST_FILE = Path("manifest.yml")
Kinds = Mapping[str, KindFacts]
_NOBODY = ("nobody can approve anything",)
_READ_ON_THE_WAY = "its credentials can be read on the way"
_NOT_THERE = ("the policy names what isn't there",)
_OTHER_APP = ("what Slack offers doesn't fit it",)


@dataclass(frozen=True)
class Findings:
    """Faults, with which the bot must not run, and warnings; each is one line to print, file and line first.

    `but` has what follows from them, as ends of the sentence "the bot starts, but …"; `starts` is False where it doesn't.
    `hint` says how to mend the faults.
    """

    faults: tuple[str, ...]
    warnings: tuple[str, ...] = ()
    but: tuple[str, ...] = ()
    starts: bool = True
    hint: str = ""

    def __add__(self, other: "Findings") -> "Findings":
        """Put the findings of two checks together."""
        but = tuple(dict.fromkeys(self.but + other.but))
        return Findings(
            self.faults + other.faults,
            self.warnings + other.warnings,
            but,
            self.starts and other.starts,
            self.hint or other.hint,
        )

    @property
    def closing(self) -> str:
        """What all of it comes to, in one sentence."""
        counts = f"{_counted(self.faults, 'error')}, {_counted(self.warnings, 'warning')}"
        if not self.starts:
            return f"{counts}: the bot doesn't start."
        return f"{counts}: the bot starts{f', but {listed(list(self.but))}' if self.but else ''}."


def _counted(found: tuple[str, ...], noun: LiteralString) -> str:
    words = plural(len(found), noun) if found else f"no {noun}s"
    return words[0].upper() + words[1:] if noun == "error" else words


def check_everything(env: Mapping[str, str], known_kinds: Kinds, manifest: Path = MANIFEST_FILE) -> Findings:
    """Check settings, policy and manifest; all faults of all three at once."""
    found, is_prefix = Findings(()), True
    prefix, mode = bare(env.get("COMMAND_PREFIX", "")) or "claude", mode_of(env)
    try:
        settings = load_settings(env)
    except SettingsError as error:
        found += Findings(tuple(placed(error.faults)), starts=False)
        is_prefix = not any(fault.startswith("COMMAND_PREFIX ") for fault in error.faults)
    else:
        prefix, mode = settings.command_prefix, settings.transport
        found += (
            _database(settings)
            + _plain_http(settings)
            + _ordinary_key(settings)
            + _loose_names(settings, policy_path(env), known_kinds)
        )
        found += _visible_to(settings, load_policy(policy_path(env), known_kinds))
    if unknown := uncounted(env):
        found += Findings((), tuple(unknown), ("something that you set doesn't count",))
    found += _targets(env)
    found += check_policy(policy_path(env), known_kinds)
    return found + _check_manifest(manifest, prefix, mode) if is_prefix else found


def _targets(env: Mapping[str, str]) -> Findings:
    """Find what is wrong with those who get telemetry: the bot works without them."""
    faults, plain = target_faults(env), in_plain_http(env)
    found = Findings(tuple(faults), but=("nobody gets telemetry",) if faults else ())
    return found + Findings((), tuple(plain), (_READ_ON_THE_WAY,) if plain else ())


def _visible_to(settings: Settings, policy: Policy) -> Findings:
    """Find what SPEND_VISIBLE_TO names that nobody belongs to."""
    unknown = groups_without_people(settings.spend_visible_to, policy)
    if not unknown:
        return Findings(())
    names = listed([f"'{one}'" for one in unknown])
    said = f"settings: SPEND_VISIBLE_TO names {names}, to which nobody belongs: it takes all, own and groups of the policy."
    return Findings((), (said,), ("some people see only their own figures",))


def mode_of(env: Mapping[str, str]) -> Mode:
    """Tell the transport that the settings mean, even where they have faults."""
    is_set = {name: bool(bare(value)) for name, value in env.items()}
    is_socket = is_set.get("SLACK_APP_TOKEN") or is_set.get("SLACK_APP_TOKEN_FILE")
    is_http = not is_socket and (is_set.get("SLACK_SIGNING_SECRET") or is_set.get("SLACK_SIGNING_SECRET_FILE"))
    return "http" if is_http else "socket"


def policy_path(env: Mapping[str, str]) -> Path:
    """Return where the policy is, without needing the other settings."""
    return Path(bare(env.get("POLICY_FILE", "")) or str(Settings.model_fields["policy_file"].default))


def read_policy(path: Path, known_kinds: Kinds) -> tuple[str, Policy]:
    """Read and parse the policy; OSError, UnicodeDecodeError or PolicyError."""
    text = path.read_text(encoding="utf-8-sig")
    return text, parse_policy(text, known_kinds)


def check_policy(path: Path, known_kinds: Kinds) -> Findings:
    """Check the policy file alone."""
    try:
        text, policy = read_policy(path, known_kinds)
    except OSError as error:
        return Findings((f"{path}: The policy can't be read ({error.strerror}), so nobody can approve.",), but=_NOBODY)
    except UnicodeDecodeError:
        return Findings((f"{path}: The policy is not UTF-8 text, so nobody can approve. Save it as UTF-8.",), but=_NOBODY)
    except PolicyError as error:
        return Findings(tuple(f"{path}:{fault.line}: {fault.sentence}" for fault in error.faults), but=_NOBODY)
    if policy.nobody_because:
        return Findings((f"{path}:1: {policy.nobody_because}",), but=_NOBODY)
    lines = key_lines(text)
    empty = [
        f"{path}:{lines.get(('groups', name), 1)}: The group {name} has no members."
        for name, members in policy.groups.items()
        if not members
    ]
    examples = placeholders(text)
    unfilled = [f"{path}:{fault.line}: {fault.sentence}" for fault in examples]
    found = _unanswered(path, policy, known_kinds)
    if any(fault.key_path != "channel" for fault in examples):
        found += Findings((), but=_NOT_THERE)
    more = demanded(policy, known_kinds)
    found += Findings((), tuple(f"{path}: {one.sentence}" for one in more), tuple(_comes_to(more)))
    return replace(found, warnings=(*empty, *unfilled, *found.warnings))


def _comes_to(more: Sequence[Demanded]) -> Iterator[str]:
    """Yield what it comes to that kinds demand more approvals than the policy has room for."""
    if refused := dict.fromkeys(one.kind for one in more if one.is_refused):
        yield f"some requests are refused ({', '.join(sorted(refused))})"
    if any(not one.is_refused for one in more):
        yield "a quorum is too low to count"


def _unanswered(path: Path, policy: Policy, known_kinds: Kinds) -> Findings:
    """Find the requests that nobody may approve, and those whose card nobody would see."""
    rules = list(_rules(policy, known_kinds))
    if not any(rule.approvers for _, _, rule in rules):
        return Findings((), (f"{path}: Nobody can approve anything, because no approvers are named.",), _NOBODY)
    warnings: list[str] = []
    general = {kind: policy.rule_for(kind, None, None) for kind in known_kinds}
    if unapproved := [kind for kind, rule in general.items() if not rule.approvers]:
        warnings.append(f"{path}: Nobody can approve {listed(unapproved)} in workspaces that the policy doesn't name.")
    if silent := [kind for kind, rule in general.items() if rule.approvers and not rule.channel]:
        where = " in workspaces without a channel of their own" if policy.workspaces else ""
        warnings.append(f"{path}: No channel is named for {listed(silent)}, so these requests are refused{where}.")
    for workspace in policy.workspaces:
        here = [kind for kind, at, rule in rules if at == workspace and not rule.approvers and general[kind].approvers]
        if here:
            warnings.append(f"{path}: Nobody can approve {listed(here)} in {workspace}.")
    is_seen = [bool(rule.approvers) and rule.channel not in (None, PLACEHOLDER_CHANNEL) for _, _, rule in rules]
    if not any(is_seen):
        return Findings((), tuple(warnings), ("nobody gets cards",))
    kinds = sorted({kind for (kind, _, _), is_good in zip(rules, is_seen, strict=True) if not is_good})
    return Findings((), tuple(warnings), (f"some requests are refused ({', '.join(kinds)})",) if kinds else ())


def _rules(policy: Policy, known_kinds: Kinds) -> Iterator[tuple[str, str | None, Rule]]:
    """Yield every kind with each of its rules: the general one, and those of the workspaces that the policy names."""
    for kind, facts in known_kinds.items():
        yield kind, None, policy.rule_for(kind, None, None)
        for workspace in policy.workspaces if facts.has_workspace else ():
            yield kind, workspace, policy.rule_for(kind, workspace, workspace)


def explain_policy(policy: Policy, known_kinds: Kinds) -> list[str]:
    """Say in words what holds for every kind, everywhere and in each workspace that has rules of its own."""
    if policy.nobody_because:
        return [policy.nobody_because]
    everywhere = {kind: _in_words(policy, kind, None) for kind in known_kinds}
    lines = [
        f"working hours: {policy.hours.in_words()}",
        "everywhere",
        *(f"  {kind}: {words}" for kind, words in everywhere.items()),
    ]
    for workspace in policy.workspaces:
        here = {kind: _in_words(policy, kind, workspace) for kind, facts in known_kinds.items() if facts.has_workspace}
        other = [f"  {kind}: {words}" for kind, words in here.items() if words != everywhere[kind]]
        lines += [f"in {workspace}", *(other or ["  the same as everywhere"])]
    return lines


def _in_words(policy: Policy, kind: str, workspace: str | None) -> str:
    rule = policy.rule_for(kind, workspace, workspace)
    issued = f"; issue_keys is {rule.issue_keys}" if kind == "create_key" and rule.approvers else ""
    return describe_rule(rule) + issued


def _check_manifest(path: Path, prefix: str, mode: Mode) -> Findings:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return Findings(())  # an installed bot has none; `python -m bot manifest` renders it
    except (OSError, UnicodeDecodeError):
        return Findings((f"{path}: The manifest can't be read.",), but=_OTHER_APP)
    faults = manifest_faults(text, prefix, mode)
    lines = [f"{path}:{fault.line}: {fault.sentence}" for fault in faults]
    hint = ""
    if lines:
        url = " --url https://YOUR-ADDRESS" if mode == "http" else ""
        command = f"python -m bot manifest --prefix {prefix} --mode {mode}{url} > {path}"
        hint = f"{path}: `{command}` writes one that fits."
    return Findings(tuple(lines), but=_OTHER_APP if lines else (), hint=hint)


def _ordinary_key(settings: Settings) -> Findings:
    """Find a key that looks like those with which programs use models; some of them may manage an organization, too."""
    key = settings.anthropic_admin_key.get_secret_value()
    if not key.startswith("sk-ant-") or key.startswith("sk-ant-admin"):
        return Findings(())
    said = (
        "settings: ANTHROPIC_ADMIN_KEY looks like a normal API key or token, which manages no organization. Make an"
        " Admin key (sk-ant-admin…) in the Claude Console under Settings, Admin keys; `python -m bot doctor` tries it."
    )
    return Findings((), (said,), ("the Claude API probably refuses its key",))


def _loose_names(settings: Settings, path: Path, known_kinds: Kinds) -> Findings:
    """Find names in the policy that match nothing, by what the bot last found out; one that never ran knows nothing."""
    noted = peek_note(settings.database_url.get_secret_value(), KNOWN_NOTE)
    if noted is None:
        return Findings(())
    known, at = Known.model_validate(noted[0]), noted[1][:16]
    said = [f"{path}: {one.sentence} (As of {at} UTC.)" for one in loose(load_policy(path, known_kinds), known)]
    return Findings((), tuple(said), _NOT_THERE if said else ())


def _database(settings: Settings) -> Findings:
    """Find a SQLite file that can't be where the settings put it, is of a newer Quartermaster or of another AUDIT_KEY."""
    url = settings.database_url.get_secret_value()
    path = sqlite_path(url)
    if path is not None and (why := no_place(path)):
        said = f"DATABASE_URL names a file that can't be made: {why}"
    elif too_new := why_too_new(peek_revision(url)):
        said = f"DATABASE_URL can't be used: {too_new}"
    elif other := peek_audit_key(url, settings.audit_key_bytes):
        said = other
    elif path is not None and (why := no_rights(path)):
        return Findings((), tuple(placed([f"DATABASE_URL: {why}"])), ("not for the user who checked this",))
    else:
        return Findings(())
    return Findings(tuple(placed([said])), starts=False)


def _plain_http(settings: Settings) -> Findings:
    addresses = {"SLACK_API_URL": settings.slack_api_url, "ANTHROPIC_BASE_URL": settings.anthropic_base_url}
    addresses["DATADOG_URL"] = settings.datadog_url or ""
    said = [
        f"settings: {name} is plain http to another machine, so others on the network can read the credential."
        for name, address in addresses.items()
        if address.startswith("http:") and not is_loopback(address)
    ]
    return Findings((), tuple(said), (_READ_ON_THE_WAY,) if said else ())
