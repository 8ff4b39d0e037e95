"""A spend limit that is taken away: by the API or by hand, for good or until a day, and never by accident."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from bot.admin.model import Activity
from bot.approvals.model import Status
from bot.approvals.outcome import Done, Waits
from bot.kinds.limits.feed import seen_in_feed
from bot.kinds.limits.words import SetSpendLimit
from bot.sandbox.stage import Json
from tests.approvals.acting import a_minute_passes, card_with, press, until
from tests.approvals.samples import ASKED, a_request
from tests.approvals.test_spend_limit import OVER, approved, ask, by_hand, kept, limits, preview
from tests.world import ALICE, BOB, CAROL, World, world_of

TAKE_AWAY = "DELETE /v1/organizations/spend_limits/{spend_limit_id}"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def test_the_api_takes_it_away_until_a_day_once_and_the_bot_tells_nothing_of_it_as_long(world: World) -> None:
    await preview(world)
    for amount in ("3k", "none"):
        card = await ask(world, "Research", amount, **({"ends_on": "2026-12-31"} if amount == "none" else {}))
        if amount == "none":
            assert (
                "*Research*: $3,000.00 → *no limit of its own* · then the organization's limit of $20,000.00" in card["text"]
            )
            assert "on approval I remove it at once; I stop posting here how much of it is spent" in card["text"]
            for _ in range(3):
                await world.post("/faults", target="claude", name=TAKE_AWAY, kind="drop_after")
        await press(world, BOB, card, "request_approve")
        await until(world, card, Status.APPLIED)
    await card_with(world, "✅ *Research has no spend limit of its own any more*")
    assert ("Research" in limits(world), await kept(world, "Research")) == (False, None)
    await a_minute_passes(world, seconds=OVER)
    await until(world, card, Status.REVERTED)
    await card_with(world, "🔁 *Spend limit of Research is $3,000.00 again* — ended as planned")
    assert (limits(world)["Research"], await kept(world, "Research")) == ("300000", 3000)


async def test_the_organizations_own_limit_is_taken_away_for_good(world: World) -> None:
    await preview(world)
    card = await ask(world, "organization", "none")
    assert "the whole organization: $20,000.00 → *no limit* · then only Anthropic's cap of $200,000.00" in card["text"]
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    await card_with(world, "✅ *The organization has no spend limit any more*")
    assert "organization" not in limits(world)


@pytest.mark.proof
async def test_a_limit_that_only_the_bot_keeps_can_be_ended(world: World) -> None:
    first = await approved(world)
    await press(world, CAROL, first, "request_say_done")
    await until(world, first, Status.APPLIED)
    await preview(world)
    card = await ask(world, "Staging", "none")
    assert "*Staging*: $5,000.00, which only I keep → *no limit of its own*" in card["text"]
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    assert await kept(world) is None


async def test_what_somebody_took_away_by_hand_is_proven_and_set_back_by_hand_at_its_end(world: World) -> None:
    await world.post("/claude/flags", compliance_enabled=True)
    await by_hand(world)
    first = await approved(world)
    await by_hand(world)
    await a_minute_passes(world)
    await until(world, first, Status.APPLIED)
    card = await approved(world, "Staging", "none", ends_on="2026-12-31")
    assert (
        "*Staging*: $5,000.00 → *no limit of its own* · then the organization's limit applies, if it has one" in card["text"]
    )
    steps = await world.message(CAROL, "You approved to remove the spend limit of *Staging*")
    assert "2. Remove its monthly spend limit. If none is set, change nothing. It applies until <!date^" in steps["text"]
    await by_hand(world, cents="700000")
    await a_minute_passes(world)
    await until(world, card, Status.FULFILLING)
    await card_with(world, "⚠️ A limit was set, which isn't what was approved.")
    await world.message(CAROL, "Please remove it.")
    await by_hand(world, cents=None)
    await a_minute_passes(world)
    await until(world, card, Status.APPLIED)
    await world.message(ALICE, "The activity feed shows that it was removed by ")
    assert await kept(world) is None
    await a_minute_passes(world, seconds=OVER)
    await until(world, card, Status.REVERTED)
    await card_with(world, "Set it back to $5,000.00, in the Console: https://platform.claude.com/settings/workspaces")
    assert await kept(world) == 5000


@pytest.mark.parametrize(
    ("typed", "held"),
    [("limit Staging no limit until 2026-12-31", "no limit"), ("limit off organization", "off"), ("limit Staging", "")],
)
async def test_a_typed_line_says_none_in_its_words_and_nothing_means_none_by_accident(
    world: World, typed: str, held: str
) -> None:
    await world.command(ALICE, f"/claude-workspaces {typed}")
    form = str(await world.modal(ALICE, "form_set_spend_limit"))
    assert (f"`{held}` → no limit of its own" in form) == bool(held)
    assert ("Write none to remove the limit." in form) == (not held)
    if not held:
        answer = await world.submit(ALICE, reason="why")
        assert not answer["ok"], answer
        assert not await world.messages(ALICE, "C0APPROVALS")


@pytest.mark.parametrize("given", [{}, {"amount": None}, {"amount": ""}, {"amount": "no limit"}])
def test_only_the_word_none_is_none(given: Json) -> None:
    with pytest.raises(ValidationError):
        SetSpendLimit.model_validate({"workspace_id": "wrkspc_1"} | given)
    asked = SetSpendLimit.model_validate({"workspace_id": "wrkspc_1", "amount": "none"})
    assert SetSpendLimit.model_validate_json(asked.model_dump_json()) == asked
    assert (asked.dollars, asked.value) == (None, "no limit")


def entry(what: str, seconds: int) -> Activity:
    kind = f"workspace_spend_limit_{what}"
    return Activity(id=what, type=kind, created_at=ASKED + timedelta(seconds=seconds), workspace_id="wrkspc_1")


def looking_at(*entries: Activity) -> Any:
    """Return a look at a request, with a feed that has these entries."""

    async def activities(_types: Any, _since: Any) -> AsyncGenerator[Activity]:
        for one in entries:
            yield one

    request = a_request("set_spend_limit", Status.FULFILLING)
    return SimpleNamespace(admin=SimpleNamespace(activities=activities), request=request, now=lambda: ASKED)


@pytest.mark.parametrize(
    ("kind", "workspace_id", "scope"),
    [
        ("workspace_spend_limit_created", None, None),
        ("workspace_spend_limit_created", None, "wrkspc_1"),
        ("workspace_spend_limit_created", "wrkspc_2", "wrkspc_1"),
        ("platform_spend_limit_created", "wrkspc_1", "wrkspc_1"),
    ],
)
async def test_an_entry_that_may_be_of_another_limit_proves_none(
    kind: str, workspace_id: str | None, scope: str | None
) -> None:
    one = Activity(id="a", type=kind, created_at=ASKED, workspace_id=workspace_id)
    assert isinstance(await seen_in_feed(looking_at(one), scope, Decimal(5000)), Waits)
    for kind_of_ours in ("platform_spend_limit_created", "platform_spend_limit_updated"):
        ours = Activity(id="b", type=kind_of_ours, created_at=ASKED)
        assert isinstance(await seen_in_feed(looking_at(one, ours), None, Decimal(5000)), Done)


@pytest.mark.parametrize(
    ("entries", "is_set"),
    [
        ([entry("created", 0), entry("deleted", 0)], True),
        ([entry("deleted", 0), entry("created", 0)], True),
        ([entry("created", 1), entry("deleted", 0)], True),
        ([entry("deleted", 1), entry("created", 0)], False),
    ],
)
async def test_the_newest_entry_counts_and_what_was_replaced_in_one_moment_is_set(
    entries: list[Activity], is_set: bool
) -> None:
    look = looking_at(*entries)
    for amount, is_wanted in ((Decimal(5000), is_set), (None, not is_set)):
        found = await seen_in_feed(look, "wrkspc_1", amount)
        assert isinstance(found, Done) == is_wanted
        problem = "A limit was set, which" if is_set else "The limit was removed, which"
        assert is_wanted or (isinstance(found, Waits) and found.problem.startswith(problem))
