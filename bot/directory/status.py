"""How the bot is doing: connections, freshness, policy, and what it can't do here with the way to mend it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.errors import PreviewUnavailable, QuartermasterError
from bot.runtime import Runtime


@dataclass(frozen=True)
class StatusLine:
    """One fact. `detail` is plain text; where something is wrong it says how to mend it. `at` is a time to show with it."""

    title: str
    is_good: bool
    detail: str
    at: datetime | None = None


async def collect_status(rt: Runtime) -> list[StatusLine]:
    """Return the state of everything that the bot leans on, never raising."""
    checks: list[tuple[str, Callable[[Runtime], Awaitable[StatusLine]]]] = [
        ("Slack", _slack),
        ("Claude organization", _organization),
        ("Database", _database),
        ("Policy", _policy),
        ("Spend limits by API", _spend_limits),
    ]
    lines: list[StatusLine] = []
    for title, check in checks:
        try:
            lines.append(await check(rt))
        except QuartermasterError as error:
            lines.append(StatusLine(title, False, error.sentence))
        except Exception as error:
            lines.append(StatusLine(title, False, f"does not answer ({type(error).__name__})."))
    return lines


async def _slack(rt: Runtime) -> StatusLine:
    me = await rt.notifier.self_test()
    return StatusLine("Slack", True, f"connected to {me.team_id} over {rt.settings.transport}.")


async def _organization(rt: Runtime) -> StatusLine:
    return StatusLine("Claude organization", True, f"{(await rt.admin.me()).name}, the Admin key is good.")


async def _database(rt: Runtime) -> StatusLine:
    await rt.store.ping()
    return StatusLine("Database", True, f"{rt.store.dialect} answers.")


async def _policy(rt: Runtime) -> StatusLine:
    if rt.policy.nobody_because:
        return StatusLine("Policy", False, f"nobody may approve anything: {rt.policy.nobody_because}")
    return StatusLine("Policy", True, f"version {rt.policy.version}.")


async def _spend_limits(rt: Runtime) -> StatusLine:
    try:
        await rt.admin.spend_limits()
    except PreviewUnavailable:
        return StatusLine(
            "Spend limits by API", False,
            "are a preview that is off for this organization; ask your Anthropic account team. Alerts work without.",
        )  # fmt: skip
    return StatusLine("Spend limits by API", True, "can be read and set.")
