"""`python -m bot doctor`: asks Slack and the Claude API what the settings are good for, and says how to mend what isn't."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime

from bot.admin.base import Clock
from bot.admin.client import admin_of
from bot.cli.check_targets import ask_targets
from bot.cli.datadog import examine_datadog
from bot.cli.doctor_disk import examine_file
from bot.cli.doctor_names import examine_names
from bot.commands.manifest import BOT_SCOPES
from bot.directory.capabilities import TITLES, Can, why_not
from bot.directory.probe import Probed, find_out
from bot.kinds.registry import KINDS
from bot.policy.contacts import people_of
from bot.policy.file import load_policy
from bot.policy.model import Policy
from bot.ports.admin import Admin
from bot.settings.model import Settings
from bot.settings.network import MENDS, forget_proxies
from bot.slack.probe import probe_app_token, probe_bot_token, probe_channel, probe_person
from bot.status.capabilities import unkept_ways
from bot.status.outage import STALE_AFTER
from bot.store.audit import peek_audit_key
from bot.store.migrate import examine_database
from bot.store.session import Store
from bot.words.calendars import UTC_DAYS
from bot.words.wording import listed

_SLACK_MENDS = {
    **MENDS,
    "no_answer": "No usable answer came from SLACK_API_URL. Check the address and the network.",
    "invalid_auth": "Slack doesn't know the token. Copy it again from the app's pages.",
    "account_inactive": "The app was removed from the workspace. Install it again.",
    "token_revoked": "The token was revoked. Install the app again and copy the new one.",
    "token_expired": "The token has expired. Switch token rotation off in the app, or renew the token.",
    "not_allowed_token_type": "This is the wrong kind of token.",
    "missing_scope": "The app-level token needs the scope connections:write. Make a new token.",
}


@dataclass(frozen=True)
class Diagnosis:
    """One thing that was looked at, in one sentence; not `good` means that the bot can't do its work.

    `is_off`: this organization doesn't have it, and the bot works without it.
    """

    good: bool
    sentence: str
    is_off: bool = False

    def __str__(self) -> str:
        """Write it as the command line does."""
        return f"{'off    ' if self.is_off else 'ok     ' if self.good else 'MISSING'}  {self.sentence}"


def closing(found: Sequence[Diagnosis]) -> str:
    """Return what all of it comes to, and what to do next."""
    if missing := sum(not one.good for one in found):
        said, them = ("1 thing is missing", "it") if missing == 1 else (f"{missing} things are missing", "them")
        return f"{said}. Fix {them}, then run this again."
    off = " What is off isn't offered here; the bot works without it." if any(one.is_off for one in found) else ""
    return f"Nothing is missing.{off}"


async def examine_by(settings: Settings, clock: AbstractAsyncContextManager[Clock]) -> list[Diagnosis]:
    """Look at everything at the moment that a clock tells; QuartermasterError where it tells none."""
    async with clock as now:
        return await examine(settings, now())


async def examine(settings: Settings, now: datetime) -> list[Diagnosis]:
    """Look at everything that a token or a key is needed for; nothing is changed anywhere."""
    forget_proxies()
    admin = admin_of(settings, lambda: now)
    try:
        slack = await _slack(settings)
        policy = await _policy(settings, slack[0].good)
        names = await examine_names(settings, admin, slack_answers=slack[0].good)
        claude = await examine_claude(admin, settings, now)
        targets = [Diagnosis(*one) for one in (*await ask_targets(settings), *await examine_datadog(settings))]
        rest = [*claude, *await examine_storage(settings), *targets]
        return [*slack, *policy, *(Diagnosis(False, said) for said in names), *rest]
    finally:
        await admin.aclose()


async def _slack(settings: Settings) -> list[Diagnosis]:
    probe = await probe_bot_token(settings)
    if probe.error:
        return [Diagnosis(False, f"Slack doesn't accept SLACK_BOT_TOKEN ({probe.error}). {_mend(probe.error)}")]
    found = [Diagnosis(True, f"Slack: @{probe.user} in {probe.team} ({probe.team_id}).")]
    if settings.team_id not in (None, probe.team_id, probe.enterprise_id):
        found.append(Diagnosis(False, f"TEAM_ID is {settings.team_id}, but the bot token belongs to {probe.team_id}."))
    missing = [scope for scope in BOT_SCOPES if scope not in probe.scopes] if probe.scopes else []
    if missing:
        found.append(
            Diagnosis(
                False, f"Scopes that the app lacks: {', '.join(missing)}. Update it from the manifest and reinstall it."
            )
        )
    if settings.slack_app_token:
        error = await probe_app_token(settings)
        said = f"Slack doesn't accept SLACK_APP_TOKEN ({error}). {_mend(error)}" if error else "Socket Mode can be opened."
        found.append(Diagnosis(error is None, said))
    return found


async def examine_storage(settings: Settings) -> list[Diagnosis]:
    """Look at a PostgreSQL database, or at a SQLite file, which the bot makes, and its disk."""
    url = settings.database_url.get_secret_value()
    if not url.startswith("postgresql"):
        wrong = examine_file(url) or peek_audit_key(url, settings.audit_key_bytes)
        return [Diagnosis(False, f"DATABASE_URL: {wrong}")] if wrong else []
    store = Store(url, settings.audit_key_bytes)
    try:
        problem = await examine_database(store)
    finally:
        await store.close()
    return [Diagnosis(problem is None, f"DATABASE_URL: {problem}" if problem else "Database: PostgreSQL answers.")]


async def _policy(settings: Settings, slack_answers: bool) -> list[Diagnosis]:
    """Say whether somebody may approve, and, where Slack answers, whether cards can be posted where they should go."""
    policy = load_policy(settings.policy_file, KINDS)
    if policy.nobody_because:
        return [Diagnosis(False, policy.nobody_because)]
    found: list[Diagnosis] = []
    for channel in policy.channels if slack_answers else ():
        problem = await probe_channel(settings, channel)
        said = f"Cards can't be posted to {channel}: {problem}." if problem else f"Cards can be posted to {channel}."
        found.append(Diagnosis(problem is None, said))
    return found + (await _flags(settings, policy) if slack_answers else [])


async def _flags(settings: Settings, policy: Policy) -> list[Diagnosis]:
    """Say what Slack leaves out of those whom the policy names, with the setting that decides about it."""
    missing = sorted({name for one in people_of(policy)[:3] for name in await probe_person(settings, one)})
    if not missing or settings.trust_missing_flags:
        return []
    left = f"Slack leaves out {', '.join(missing)} of people, so they are refused"
    return [Diagnosis(False, f"{left}; where that is usual, set TRUST_MISSING_FLAGS=true.")]


def _mend(error: str) -> str:
    return _SLACK_MENDS.get(error, "See Slack's documentation of auth.test.")


async def examine_claude(admin: Admin, settings: Settings, now: datetime) -> list[Diagnosis]:
    """Ask who the organization is, how fresh its cost figures are, and what it and the key can do."""
    probed = await find_out(admin, settings.anthropic_base_url, now)
    if probed.organization is None:
        return [Diagnosis(False, f"I couldn't find out whose key ANTHROPIC_ADMIN_KEY is: {probed.trouble}")]
    known = probed.capabilities
    found = [Diagnosis(True, f"Claude: the organization {probed.organization.name}."), _freshness(probed, now)]
    if known.of(Can.KEYS).can is False:
        found.append(Diagnosis(False, f"{TITLES[Can.KEYS]}: {why_not(Can.KEYS, known.of(Can.KEYS))}"))
    if offered := [TITLES[what] for what in Can if known.of(what).can]:
        found.append(Diagnosis(True, f"The Claude API offers {listed(offered)}."))
    lacking = [what for what in Can if not known.of(what).can and (what is not Can.KEYS or known.of(what).can is None)]
    found += [Diagnosis(True, f"{TITLES[what]}: {why_not(what, known.of(what))}", is_off=True) for what in lacking]
    wrong = unkept_ways(load_policy(settings.policy_file, KINDS), KINDS, known)
    return [*found, Diagnosis(False, f"policy: {wrong}")] if wrong else found


def _freshness(probed: Probed, now: datetime) -> Diagnosis:
    cost = probed.capabilities.of(Can.COST_BY_KEY)
    if cost.can is None:
        return Diagnosis(False, f"Cost figures could not be read just now: {cost.because}")
    if probed.is_cost_refused:
        return Diagnosis(False, f"Cost figures can't be read: {cost.because}")
    if probed.figures_at is None:
        return Diagnosis(True, "Cost figures can be read. The report doesn't say how fresh they are.")
    said = f"Cost figures are as of {UTC_DAYS.written(probed.figures_at)}."
    is_fresh = now - probed.figures_at < STALE_AFTER
    return Diagnosis(is_fresh, said if is_fresh else f"{said} They are too old.")
