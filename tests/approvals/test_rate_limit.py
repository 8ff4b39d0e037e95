"""A workspace's rate limit: set beside the organization's, given back, never above it, and never for what can't have one."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from bot.admin.model import RateLimit, RateLimitGroup
from bot.approvals.act import reading_of
from bot.approvals.model import Request, Status
from bot.approvals.outcome import Done, NeedsPerson
from bot.errors import InvalidInput
from bot.forms.fields import FormInput
from bot.forms.read_back import read_back
from bot.kinds.limits.groups import groups_of
from bot.kinds.limits.rate import FORM, SET_RATE_LIMIT, SetRateLimit
from bot.words.calendars import UTC_DAYS
from tests.approvals.acting import card_with, open_form, press, until
from tests.approvals.asking import apply, now_on_the_wire, revert, writes_since
from tests.approvals.samples import ALICE as SOMEBODY
from tests.approvals.samples import ASKED, NASTY, a_request
from tests.world import ALICE, BOB, World, world_of

OPUS, SONNET, FILES = "Claude Opus 5.x", "Claude Sonnet 5.x", "Files"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def group_id(world: World, name: str) -> str:
    return next(one.id for one in groups_of(await world.rt.admin.rate_limits()) if one.name == name)


async def asked(
    world: World, value: str, *, group: str = OPUS, workspace: str = "Staging", limiter: str = "requests"
) -> Request:
    """Return a claimed request as it would be recorded; InvalidInput where it can't be asked."""
    wanted = SetRateLimit(
        workspace_id=await world.workspace_id(workspace),
        rate_group=await group_id(world, group),
        limiter=limiter,
        value=value,
    )
    found = await SET_RATE_LIMIT.rules.check(reading_of(world.rt), SOMEBODY, wanted)
    more: dict[str, Any] = {"payload": found.payload.model_dump(mode="json"), "claimed_at": world.rt.now()}
    return a_request("set_rate_limit", Status.APPLYING, workspace_name=workspace, **more)


async def refused(world: World, value: str, **where: str) -> dict[str, str]:
    with pytest.raises(InvalidInput) as refusal:
        await asked(world, value, **where)
    return dict(refusal.value.fields)


async def own_limits(world: World, group: str = OPUS, workspace: str = "Staging") -> dict[str, int]:
    claude = world.sandbox.claude
    return claude.overrides.get((claude.workspace_named(workspace).id, await group_id(world, group)), {})


async def test_a_limit_is_set_and_goes_back_to_what_it_was_and_no_other_changes(world: World) -> None:
    first = await asked(world, "500000", limiter="input_tokens")
    assert isinstance(await apply(world, SET_RATE_LIMIT, first), Done)
    second = await asked(world, "2000")
    await apply(world, SET_RATE_LIMIT, second)
    tokens = {"input_tokens_per_minute_cache_aware": 500_000}
    assert await own_limits(world) == tokens | {"requests_per_minute": 2000}
    third = await asked(world, "0")
    assert third.payload["was"] == "2000"
    await apply(world, SET_RATE_LIMIT, third)
    await revert(world, SET_RATE_LIMIT, third)
    await revert(world, SET_RATE_LIMIT, second)
    assert await own_limits(world) == tokens
    await apply(world, SET_RATE_LIMIT, await asked(world, "none", limiter="input_tokens"))
    assert await own_limits(world) == {}


async def test_what_would_change_nothing_is_refused_with_the_number_that_matters(world: World) -> None:
    above = "The organization's limit is 10,000, so a higher number changes nothing. Use 10,000 or less, or none."
    assert await refused(world, "10001") == {"value": above}
    assert (await asked(world, "10000")).payload["organization"] == 10_000
    already = "Staging's limit of requests per minute for Claude Opus 5.x is already the organization's limit."
    assert await refused(world, "none") == {"value": already}
    already = "Sandbox's limit of requests per minute for Claude Sonnet 5.x is already 500."
    assert await refused(world, "500", workspace="Sandbox", group=SONNET) == {"value": already}


async def test_what_can_not_have_a_limit_is_said_at_its_field(world: World) -> None:
    assert (
        "The default workspace can't have limits of its own"
        in (await refused(world, "1", workspace="Default"))["workspace_id"]
    )
    wrong = "Files has no limit of output tokens per minute. It has requests per minute."
    assert await refused(world, "1", group=FILES, limiter="output_tokens") == {"limiter": wrong}
    assert "list" in (await refused(world, "1", limiter="fast_otpm"))["limiter"]
    assert "whole number" in (await refused(world, "1.5"))["value"]
    gone = SetRateLimit(workspace_id=await world.workspace_id("Staging"), rate_group="rl_0", limiter="requests", value="1")
    with pytest.raises(InvalidInput, match="doesn't have this group"):
        await SET_RATE_LIMIT.rules.check(reading_of(world.rt), SOMEBODY, gone)
    await world.rt.admin.archive_workspace(gone.workspace_id)
    with pytest.raises(InvalidInput, match="archived for good"):
        await SET_RATE_LIMIT.rules.check(reading_of(world.rt), SOMEBODY, gone)


async def test_what_changed_meanwhile_is_not_overwritten(world: World) -> None:
    request = await asked(world, "2000")
    claude = world.sandbox.claude
    pair = (claude.workspace_named("Staging").id, await group_id(world, OPUS))
    claude.overrides[pair] = {"requests_per_minute": 9}
    with pytest.raises(NeedsPerson, match="it is 9 now, and was the organization's limit when this was asked"):
        await apply(world, SET_RATE_LIMIT, request)
    claude.overrides.clear()
    claude.rate_limits[pair[1]].limits["requests_per_minute"] = 1000
    with pytest.raises(NeedsPerson, match="The organization's limit is 1,000, so a higher number changes nothing"):
        await apply(world, SET_RATE_LIMIT, request)
    await world.rt.admin.archive_workspace(pair[0])
    seq = now_on_the_wire(world)
    with pytest.raises(NeedsPerson, match="archived for good"):
        await apply(world, SET_RATE_LIMIT, request)
    ended: Any = await revert(world, SET_RATE_LIMIT, request)
    assert ended.outcome.note == "Staging is archived, so nobody works in it any more."
    assert writes_since(world, seq) == []


async def test_a_limit_is_chosen_typed_read_back_and_said_with_the_hour_that_it_takes(world: World) -> None:
    view = await open_form(world, ALICE, "set_rate_limit")
    found = await world.post("/act/suggest", user=ALICE, view_id=view["id"], action_id="rate_group", value="Opus 5.5")
    (opus,) = found["options"]
    assert opus["text"]["text"] == OPUS
    assert opus["description"]["text"] == "10k requests, 10m input, 2m output per minute"
    workspace_id = await world.workspace_id("Staging")
    values = {"workspace_id": workspace_id, "rate_group": opus["value"], "limiter": "requests", "reason": "Fair shares"}
    answer = await world.submit(ALICE, **values, value="2.000")
    assert "the point" in str(answer)
    await world.submit(ALICE, **values, value="2k")
    card = await card_with(world, "*Staging* on *Claude Opus 5.x*: the organization's 10,000 → *2,000* requests per minute")
    assert "on approval I set it at once, and it takes up to an hour until it applies" in card["text"]
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    await card_with(world, "✅ *Staging now has 2,000 requests per minute on Claude Opus 5.x, in effect within an hour*")


@pytest.mark.parametrize(
    ("was", "value", "said"),
    [
        ("none", "2000", "the organization's 10,000 → *2,000* requests per minute"),
        ("2000", "none", "2,000 → *the organization's 10,000* requests per minute"),
        ("2000", "0", "2,000 → *0* requests per minute (the organization's limit is 10,000)"),
    ],
)
def test_a_card_shows_what_is_so_now_beside_the_organizations_limit(was: str, value: str, said: str) -> None:
    sample = SET_RATE_LIMIT.sample.payload.model_copy(update={"was": was, "value": value, "group_name": NASTY})
    asked_for = SET_RATE_LIMIT.asked(a_request("set_rate_limit", payload=sample.model_dump(mode="json")))
    assert SET_RATE_LIMIT.words.what(asked_for).endswith(said)
    assert "<!channel>" not in SET_RATE_LIMIT.words.what(asked_for)
    assert ("may stop all use" in SET_RATE_LIMIT.words.then(asked_for)) == (value == "0")


@pytest.mark.parametrize(
    ("typed", "said"), [("1.5m", "`1.5m` → 1,500,000"), ("none", "`none` → no limit of its own"), ("2.000", "the point")]
)
def test_a_number_is_read_back_while_it_is_typed(typed: str, said: str) -> None:
    (field,) = [one for one in FORM if one.type == "count"]
    assert said in read_back(field, FormInput({"value": typed}, {}, ASKED, UTC_DAYS))


def test_groups_that_have_nothing_to_lower_or_no_id_are_not_offered() -> None:
    tools = RateLimit(id="rl_1", group=RateLimitGroup(type="web_search"), limits={"tool_uses_per_second": 30})
    old = RateLimit(id=None, group=RateLimitGroup(type="batch"), limits={"requests_per_minute": 1})
    new = RateLimit(id="rl_2", group=RateLimitGroup(type="deep_thought"), limits={"requests_per_minute": None})
    assert [(one.id, one.name, one.has_words) for one in groups_of([tools, old, new])] == [
        ("rl_2", "Deep thought", "requests per minute")
    ]
