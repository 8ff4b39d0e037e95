"""How the bot is doing: connections, freshness, policy, and what it can't do here with the way to mend it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from bot.approvals.findings.db import unsettled
from bot.commands.manifest import BOT_SCOPES
from bot.directory.capabilities import TITLES, Can, Capability, why_not
from bot.errors import QuartermasterError, UpstreamError
from bot.runtime import Runtime
from bot.spend.ask.fresh import figures_as_of, last_reading
from bot.spend.digests.settings import last_digest
from bot.spend.exports.datadog import live
from bot.spend.exports.trouble import of_costs, of_targets
from bot.status.budget import budget_in_words
from bot.status.capabilities import known_now, unkept_ways
from bot.status.db import code_failure
from bot.status.names import loose_names
from bot.status.outage import STALE_AFTER
from bot.status.watch import current_outage
from bot.store.notes import try_writing
from bot.words.wording import listed

WITHIN = 3.0
"""Seconds that each part may take: what answers is said without waiting for what doesn't."""


@dataclass(frozen=True)
class StatusLine:
    """One fact. `detail` is plain text; where something is wrong it says how to mend it.

    `is_good` is None for what is neither good nor bad, such as that nobody wants a digest.
    `at` is a time to show after it, and `channel` the id of the channel that it is about.
    """

    title: str
    is_good: bool | None
    detail: str
    at: datetime | None = None
    channel: str = ""


Check = Callable[[Runtime], Awaitable[list[StatusLine]]]


async def collect_status(rt: Runtime) -> list[StatusLine]:
    """Return the state of everything that the bot leans on, each part by itself, never raising."""
    checks: list[tuple[str, Check]] = [
        ("Slack", _slack),
        ("Claude organization", _organization),
        ("My calls", _calls),
        ("Database", _database),
        ("Figures", _figures),
        ("Claude Code", _code),
        ("Last digest", _digest),
        ("Policy", _policy),
        ("Keys that nobody asked for", _findings),
        ("Targets of telemetry", _targets),
        ("What the Claude API offers", _capabilities),
    ]
    parts = await asyncio.gather(*(_part(rt, title, check) for title, check in checks))
    return [line for part in parts for line in part]


async def _part(rt: Runtime, title: str, check: Check) -> list[StatusLine]:
    try:
        async with asyncio.timeout(WITHIN):
            return await check(rt)
    except QuartermasterError as error:
        return [StatusLine(title, False, error.sentence)]
    except TimeoutError:
        return [StatusLine(title, False, f"didn't answer within {WITHIN:g} seconds.")]
    except Exception as error:
        return [StatusLine(title, False, f"doesn't answer ({type(error).__name__}).")]


async def _slack(rt: Runtime) -> list[StatusLine]:
    me = await rt.notifier.self_test()
    over = "Socket Mode" if rt.settings.transport == "socket" else "signed HTTP"
    lacking = [scope for scope in BOT_SCOPES if scope not in me.scopes] if me.scopes else []
    return [StatusLine("Slack", True, f"connected over {over}."), *(_lacks(scope) for scope in lacking)]


def _lacks(scope: str) -> StatusLine:
    mend = "update the Slack app from its manifest and install it again."
    return StatusLine(f"Scope {scope}", False, f"is missing, so I can't {BOT_SCOPES[scope]}: {mend}")


async def _organization(rt: Runtime) -> list[StatusLine]:
    outage, use = await current_outage(rt), rt.admin.use
    if outage is None and use.used >= use.most:
        said = "I can't ask it at this moment: my own requests of this minute are used up. Try again in a minute."
        return [StatusLine("Claude organization", None, said)]
    try:
        organization = await rt.admin.me()
    except UpstreamError as error:
        since = " It has been so since" if outage else ""
        return [StatusLine("Claude organization", False, f"{error.sentence}{since}", outage.since if outage else None)]
    return [StatusLine("Claude organization", True, f"{organization.name}. The Admin key works.")]


async def _calls(rt: Runtime) -> list[StatusLine]:
    return [StatusLine("My calls", *budget_in_words(rt.admin.use))]


async def _database(rt: Runtime) -> list[StatusLine]:
    await try_writing(rt.store)
    return [StatusLine("Database", True, "answers.")]


async def _figures(rt: Runtime) -> list[StatusLine]:
    as_of, reading = await figures_as_of(rt), await last_reading(rt)
    if reading is not None and reading.is_failing:
        since = " They are as of" if as_of else ""
        return [StatusLine("Figures", False, f"can't be read now. {reading.failure}{since}", as_of)]
    if as_of is None:
        return [
            StatusLine(
                "Figures", False, "none yet. I read them every 5 minutes. On the server, python -m bot doctor says more."
            )
        ]
    if rt.now() - as_of > STALE_AFTER:
        mend = "too old. On the server, python -m bot doctor says why. As of"
        return [StatusLine("Figures", False, mend, as_of)]
    return [StatusLine("Figures", True, "as of", as_of)]


async def _code(rt: Runtime) -> list[StatusLine]:
    async with rt.store.read() as tx:
        failure = await code_failure(tx)
    if failure is None:
        return []
    why, read_at = failure
    since = " It was last read" if read_at else ""
    return [StatusLine("Claude Code", False, f"Its report can't be read now. {why}{since}", read_at)]


async def _digest(rt: Runtime) -> list[StatusLine]:
    run = await last_digest(rt)
    if run is None:
        starts = f"/{rt.settings.command_prefix}-spend digest"
        return [StatusLine("Last digest", None, f"No digest in the last 7 days. {starts} starts one.")]
    return [StatusLine("Last digest", True, "", run.sent_at, run.channel)]


async def _policy(rt: Runtime) -> list[StatusLine]:
    if rt.policy.nobody_because:
        return [StatusLine("Policy", False, f"nobody can approve anything. {rt.policy.nobody_because}")]
    version = StatusLine("Policy", True, f"version {rt.policy.version}.")
    return [version, *(StatusLine("Policy names", False, one.sentence) for one in await loose_names(rt))]


async def _findings(rt: Runtime) -> list[StatusLine]:
    async with rt.store.read() as tx:
        found = await unsettled(tx)
    if not found:
        return []
    names = listed([f"{one.name} in {one.place}" for one in found], most=5)
    mend = f"{names}. Archive them in the Console, or revoke them. The oldest was found"
    return [StatusLine("Keys that nobody asked for", False, mend, found[0].found_at)]


async def _targets(rt: Runtime) -> list[StatusLine]:
    """Return who refuses what it should get, and until when those that take all have it."""
    targets, money = await of_targets(rt), await of_costs(rt)
    lines = [StatusLine("Targets of telemetry", False, said) for said in targets.troubles]
    lines += [StatusLine("Custom Costs", False, said) for said in money.troubles]
    if because := live.missing(rt):
        mend = f"No Datadog Agent answers ({because}): live figures are lost until one does. Start it, or fix the address."
        lines.append(StatusLine("DogStatsD", False, mend))
    well = [*targets.well, *money.well]
    if not well:
        return lines
    said = f"{listed([one.name for one in well], most=5)} {'take' if len(well) > 1 else 'takes'} the figures. Last looked"
    return [*lines, StatusLine("Targets of telemetry", True, said, min(one.looked_at for one in well))]


def _lower(title: str) -> str:
    return title[:1].lower() + title[1:]


def _not_offered(what: Can, known: Capability) -> StatusLine:
    asked = " Last asked" if known.found_at else ""
    return StatusLine(TITLES[what], None, f"{why_not(what, known)}{asked}", known.found_at)


async def _capabilities(rt: Runtime) -> list[StatusLine]:
    known = await known_now(rt)
    offered = [_lower(TITLES[what]) for what in Can if known.of(what).can]
    lines = [_not_offered(what, known.of(what)) for what in Can if not known.of(what).can]
    if offered:
        lines.insert(0, StatusLine("The Claude API offers", True, f"{listed(offered)}. Last asked", known.asked_at))
    wrong = unkept_ways(rt.policy, rt.kinds, known)
    return [*lines, StatusLine("Policy", False, wrong)] if wrong else lines
