"""Bars (a) and (b): the time to ack under fifty parallel people, and the time from click to finished card."""

import json
import tempfile
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.child import Child, Json, child
from benchmarks.crowd import PEOPLE
from benchmarks.figures import Figure, percentile
from benchmarks.product import product

NEEDED = (
    *("users.info", "GET /v1/organizations/users") * 2,
    "usergroups.users.list",
    "GET /v1/organizations/workspaces",
    "GET /v1/organizations/api_keys",
    "POST /v1/organizations/api_keys",
    "conversations.info",
    "chat.update",
)
"""What an approval can't do without: who clicks and who asked (in Slack and in the organization), whether they may, whether
the request still makes sense (workspace, name), the effect, whether the card's channel is still ours alone, and the card.
"""


AWAY = 0.05
"""Seconds that each upstream call takes longer in the rounds that say how it is outside of one machine."""


@dataclass(frozen=True)
class Sizes:
    """How much is measured; `bursts` of help make one round."""

    help_rounds: int = 15
    bursts: int = 4
    click_rounds: int = 7
    single_rounds: int = 40
    far_rounds: int = 10


@dataclass
class Pair:
    """The upstreams of the product and of its bare counterpart, and what the calls look like.

    `prompt` is the upstream of a bare app that takes acks at once. `raw` makes the calls without any app.
    """

    ours: Child
    bare: Child
    prompt: Child
    raw: Child
    pending: Json
    calls: list[Json]


async def measure(sizes: Sizes) -> list[Figure]:
    """Return the figures of (a1), (a2) and (b)."""
    async with AsyncExitStack() as stack:
        pair = await _start(stack)
        return [
            *await _help(pair, sizes),
            *await _approvals(pair, sizes.click_rounds),
            *await _singles(pair, sizes),
        ]


async def _start(stack: AsyncExitStack) -> Pair:
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qm-bench-")))
    ours, bare, prompt = [await stack.enter_async_context(child("upstream")) for _ in range(3)]
    await stack.enter_async_context(product(await ours.ask("settings"), folder))
    settings = {"BENCH_SETTINGS": json.dumps(await bare.ask("settings"))}
    bot = await stack.enter_async_context(child("bare_bot", settings, folder))
    at_once = {"BENCH_SETTINGS": json.dumps(await prompt.ask("settings")), "BENCH_PROMPT": "1"}
    await stack.enter_async_context(child("bare_bot", at_once, folder))
    raw = await stack.enter_async_context(child("raw_caller", settings))
    for upstream in (ours, bare, prompt):
        await upstream.ask("ready")
    await ours.ask("ask_for_keys", count=1)
    await ours.ask("approve")  # from now on everything that is remembered is known
    pending = await ours.ask("ask_for_keys", count=1)
    calls: list[Json] = (await ours.ask("calls_of_an_approval"))["calls"]
    await bot.ask("take_calls", seen=calls)
    return Pair(ours, bare, prompt, raw, pending, calls)


async def _help(pair: Pair, sizes: Sizes) -> list[Figure]:
    upstreams = {"bare": pair.bare, "prompt": pair.prompt, "ours": pair.ours}
    rounds: dict[str, list[float]] = {name: [] for name in upstreams}
    for number in range(-1, sizes.help_rounds):
        for name, upstream in upstreams.items():
            acks: list[float] = []
            for _ in range(sizes.bursts):
                acks += (await upstream.ask("ask_for_help"))["acks"]
            if number >= 0:  # the first round warms up
                rounds[name].append(percentile(acks, 0.99))
    ours = tuple(rounds["ours"])
    return [
        Figure(f"(a1) ack of help, {PEOPLE} at once, p99", "ms", tuple(rounds["bare"]), ours, 1.2),
        Figure("     the same, bare taking acks at once", "ms", tuple(rounds["prompt"]), ours, None),
    ]


async def _approvals(pair: Pair, count: int) -> list[Figure]:
    acks: dict[str, list[float]] = {"bare": [], "ours": []}
    cards: dict[str, list[float]] = {"bare": [], "ours": []}
    for number in range(-1, count):
        await pair.bare.ask("place_cards", count=PEOPLE, **pair.pending)
        await pair.ours.ask("ask_for_keys", count=PEOPLE)
        for name, upstream in (("bare", pair.bare), ("ours", pair.ours)):
            done = await upstream.ask("approve")
            if number >= 0:
                acks[name].append(percentile(done["acks"], 0.99))
                cards[name].append(max(done["cards"]))
    everybody = f"{PEOPLE} at once"
    return [
        Figure(f"(a2) ack of Approve, {everybody}, p99", "ms", tuple(acks["bare"]), tuple(acks["ours"]), 1.5),
        Figure(f"     the last of {PEOPLE} cards finished", "ms", tuple(cards["bare"]), tuple(cards["ours"]), None),
    ]


async def _singles(pair: Pair, sizes: Sizes) -> list[Figure]:
    near = await _single(pair, sizes.single_rounds)
    for upstream in (pair.ours, pair.bare):
        await upstream.ask("be_far_away", seconds=AWAY)
    far = await _single(pair, sizes.far_rounds)
    name = f"     the same, {AWAY * 1000:.0f} ms away"
    return [Figure("(b)  click to finished card", "ms", *near, 1.5), Figure(name, "ms", *far, None)]


async def _single(pair: Pair, count: int) -> tuple[tuple[float, ...], tuple[float, ...]]:
    needed = _needed(pair.calls)
    bare: list[float] = []
    ours: list[float] = []
    for number in range(-3, count):
        await pair.ours.ask("ask_for_keys", count=1)
        card = await pair.bare.ask("place_cards", count=1, **pair.pending)
        raw = (await pair.raw.ask("make", calls=needed, card_ts=card["ts"]))["milliseconds"]
        finished = (await pair.ours.ask("approve"))["cards"][0]
        if number >= 0:
            bare.append(raw)
            ours.append(finished)
    return tuple(bare), tuple(ours)


def _needed(calls: list[Json]) -> list[Json]:
    """Return the calls of NEEDED, as the product made them."""
    left = list(calls)
    found: list[Json] = []
    for name in NEEDED:
        call = next(call for call in left if call["name"] == name)
        left.remove(call)
        found.append(call)
    return found
