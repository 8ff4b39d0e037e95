"""`python -m bot doctor`: asks Slack and the Claude API what the settings are good for, and says how to mend what isn't."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.admin.client import open_admin
from bot.commands.manifest import BOT_SCOPES
from bot.errors import PreviewUnavailable, UpstreamError
from bot.kinds.registry import KINDS
from bot.policy.file import load_policy
from bot.ports import Admin
from bot.settings.model import Settings
from bot.slack.probe import probe_app_token, probe_bot_token, probe_channel
from bot.status.checks import STALE_AFTER

_SLACK_MENDS = {
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
    """One thing that was looked at, in one sentence; not `good` means that the bot can't do its work."""

    good: bool
    sentence: str

    def __str__(self) -> str:
        """Write it as the command line does."""
        return f"{'ok     ' if self.good else 'MISSING'}  {self.sentence}"


async def examine(settings: Settings, now: datetime | None = None) -> list[Diagnosis]:
    """Look at everything that a token or a key is needed for; nothing is changed anywhere."""
    admin = open_admin(
        settings.anthropic_admin_key,
        settings.anthropic_base_url,
        requests_per_minute=settings.admin_requests_per_minute,
    )
    try:
        slack = await _slack(settings)
        policy = await _policy(settings, slack[0].good)
        return [*slack, *policy, *await examine_claude(admin, now or datetime.now(UTC))]
    finally:
        await admin.aclose()


async def _slack(settings: Settings) -> list[Diagnosis]:
    probe = await probe_bot_token(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    if probe.error:
        return [Diagnosis(False, f"Slack doesn't accept SLACK_BOT_TOKEN ({probe.error}). {_mend(probe.error)}")]
    found = [Diagnosis(True, f"Slack: @{probe.user} in {probe.team} ({probe.team_id}).")]
    if settings.team_id and settings.team_id != probe.team_id and settings.team_id.startswith("T"):
        found.append(Diagnosis(False, f"TEAM_ID is {settings.team_id}, but the bot token belongs to {probe.team_id}."))
    missing = [scope for scope in BOT_SCOPES if scope not in probe.scopes] if probe.scopes else []
    if missing:
        found.append(
            Diagnosis(
                False, f"Scopes that the app lacks: {', '.join(missing)}. Update it from the manifest and reinstall it."
            )
        )
    if settings.slack_app_token:
        error = await probe_app_token(settings.slack_app_token.get_secret_value(), settings.slack_api_url)
        said = f"Slack doesn't accept SLACK_APP_TOKEN ({error}). {_mend(error)}" if error else "Socket Mode can be opened."
        found.append(Diagnosis(error is None, said))
    return found


async def _policy(settings: Settings, slack_answers: bool) -> list[Diagnosis]:
    """Say whether somebody may approve, and, where Slack answers, whether cards can be posted where they should go."""
    policy = load_policy(settings.policy_file, KINDS)
    if policy.nobody_because:
        return [Diagnosis(False, policy.nobody_because)]
    found: list[Diagnosis] = []
    for channel in policy.channels if slack_answers else ():
        problem = await probe_channel(settings.slack_bot_token.get_secret_value(), settings.slack_api_url, channel)
        said = f"Cards can't be posted to {channel}: {problem}." if problem else f"Cards can be posted to {channel}."
        found.append(Diagnosis(problem is None, said))
    return found


def _mend(error: str) -> str:
    return _SLACK_MENDS.get(error, "See Slack's documentation of auth.test.")


async def examine_claude(admin: Admin, now: datetime) -> list[Diagnosis]:
    """Ask who the organization is and how fresh its cost figures are."""
    try:
        organization = await admin.me()
    except UpstreamError as error:
        return [Diagnosis(False, f"I couldn't find out whose key ANTHROPIC_ADMIN_KEY is: {error.sentence}")]
    return [Diagnosis(True, f"Claude: the organization {organization.name}."), await _freshness(admin, now)]


async def _freshness(admin: Admin, now: datetime) -> Diagnosis:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        report = await admin.cost(today - timedelta(days=2), today + timedelta(days=1), bucket="1d")
    except PreviewUnavailable as error:
        return Diagnosis(False, f"Cost figures can't be read: {error.sentence}")
    except UpstreamError as error:
        return Diagnosis(False, f"Cost figures could not be read just now: {error.sentence}")
    if report.refreshed_at is None:
        return Diagnosis(True, "Cost figures can be read. The report doesn't say how fresh they are.")
    age = now - report.refreshed_at
    said = f"Cost figures are as of {report.refreshed_at:%Y-%m-%d %H:%M} UTC."
    return Diagnosis(age < STALE_AFTER, said if age < STALE_AFTER else f"{said} They are too old.")
