"""`python -m bot check` and `policy`: what can be known of settings, policy and manifest without connecting to anything."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.cli.manifest_file import manifest_faults
from bot.commands.manifest import Mode
from bot.policy.checks import KindFacts
from bot.policy.file import PolicyError, parse_policy, placeholders
from bot.policy.model import Policy, describe_rule
from bot.settings.model import Settings, SettingsError, load_settings
from bot.settings.parse import is_loopback
from bot.words.wording import plural

MANIFEST_FILE = Path("manifest.yml")
Kinds = Mapping[str, KindFacts]


@dataclass(frozen=True)
class Findings:
    """Faults, with which the bot must not run, and warnings; each is one line to print, file and line first."""

    faults: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    def __add__(self, other: "Findings") -> "Findings":
        """Put the findings of two checks together."""
        return Findings(self.faults + other.faults, self.warnings + other.warnings)


def check_everything(env: Mapping[str, str], known_kinds: Kinds, manifest: Path = MANIFEST_FILE) -> Findings:
    """Check settings, policy and manifest; all faults of all three at once."""
    found = Findings(())
    prefix, mode = env.get("COMMAND_PREFIX", "").strip() or "claude", mode_of(env)
    try:
        settings = load_settings(env)
    except SettingsError as error:
        found += Findings(tuple(f"settings: {fault}" for fault in error.faults))
    else:
        prefix, mode = settings.command_prefix, settings.transport
        found += Findings((), tuple(_plain_http(settings)))
    return found + check_policy(policy_path(env), known_kinds) + _check_manifest(manifest, prefix, mode)


def closing(found: Findings) -> str:
    """Return the last line of a check that found no fault."""
    if not found.warnings:
        return "No errors, no warnings: the bot can start."
    return f"No errors, {plural(len(found.warnings), 'warning')}: the bot can start, but read the warnings first."


def mode_of(env: Mapping[str, str]) -> Mode:
    """Tell the transport that the settings mean, even where they have faults."""
    is_http = env.get("SLACK_SIGNING_SECRET") and not (env.get("SLACK_APP_TOKEN") or env.get("SLACK_APP_TOKEN_FILE"))
    return "http" if is_http else "socket"


def policy_path(env: Mapping[str, str]) -> Path:
    """Return where the policy is, without needing the other settings."""
    return Path(env.get("POLICY_FILE", "").strip() or str(Settings.model_fields["policy_file"].default))


def read_policy(path: Path, known_kinds: Kinds) -> tuple[str, Policy]:
    """Read and parse the policy; OSError, UnicodeDecodeError or PolicyError."""
    text = path.read_text(encoding="utf-8-sig")
    return text, parse_policy(text, known_kinds)


def check_policy(path: Path, known_kinds: Kinds) -> Findings:
    """Check the policy file alone."""
    try:
        text, policy = read_policy(path, known_kinds)
    except OSError as error:
        return Findings((f"{path}: The policy can't be read ({error.strerror}), so nobody can approve.",))
    except UnicodeDecodeError:
        return Findings((f"{path}: The policy is not UTF-8 text, so nobody can approve.",))
    except PolicyError as error:
        return Findings(tuple(f"{path}:{fault.line}: {fault.sentence}" for fault in error.faults))
    if policy.nobody_because:
        return Findings((f"{path}:1: {policy.nobody_because}",))
    warnings = [f"{path}:{fault.line}: {fault.sentence}" for fault in placeholders(text)]
    for kind in known_kinds:
        rule = policy.rule_for(kind, None, None)
        if not rule.approvers:
            warnings.append(f"{path}: Nobody can approve {kind} in workspaces that the policy doesn't name.")
        elif not rule.channel:
            elsewhere = policy.workspaces and known_kinds[kind].has_workspace
            where = " in workspaces without a channel of their own" if elsewhere else ""
            warnings.append(f"{path}: No channel is named for {kind}, so its requests are refused{where}.")
    return Findings((), tuple(warnings))


def explain_policy(policy: Policy, known_kinds: Kinds) -> list[str]:
    """Say in words what holds for every kind, everywhere and in each workspace that has rules of its own."""
    if policy.nobody_because:
        return [policy.nobody_because]
    everywhere = {kind: _in_words(policy, kind, None) for kind in known_kinds}
    lines = ["everywhere", *(f"  {kind}: {words}" for kind, words in everywhere.items())]
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
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Findings(())  # an installed bot has none; `python -m bot manifest` renders it
    except (OSError, UnicodeDecodeError):
        return Findings((f"{path}: The manifest can't be read.",))
    faults = manifest_faults(text, prefix, mode)
    lines = [f"{path}:{fault.line}: {fault.sentence}" for fault in faults]
    if lines:
        url = " --url https://YOUR-ADDRESS" if mode == "http" else ""
        command = f"python -m bot manifest --prefix {prefix} --mode {mode}{url} > {path}"
        lines.append(f"{path}: `{command}` writes one that fits.")
    return Findings(tuple(lines))


def _plain_http(settings: Settings) -> list[str]:
    addresses = {"SLACK_API_URL": settings.slack_api_url, "ANTHROPIC_BASE_URL": settings.anthropic_base_url}
    return [
        f"settings: {name} is plain http to another machine, so others on the network can read the credential."
        for name, address in addresses.items()
        if address.startswith("http:") and not is_loopback(address)
    ]
