"""New workspaces: what is asked for, what is made of it, each thing once, and nothing of somebody else's taken for it."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.approvals import db as requests
from bot.approvals.act import act_of
from bot.approvals.cards.card import render_card
from bot.approvals.cards.concerned import concerned_notice
from bot.approvals.cards.plan import ASKED
from bot.approvals.due import CLAIM_LASTS
from bot.approvals.kind import AnyKind
from bot.approvals.model import Request, Status
from bot.approvals.outcome import LeaseLost, PartDone
from bot.kinds.workspaces.create import CREATE_WORKSPACE
from bot.kinds.workspaces.wanted import CreateWorkspace, FirstMember, may_collide, shared_names, subject_of
from bot.organization.tags import COST_CENTRE, DESCRIPTION, OWNER
from bot.spend.alerts.settings import thresholds_of
from bot.spend.digests.settings import subscription_of
from bot.store.names import names_of
from tests.approvals.acting import a_minute_passes, card_with, press, until
from tests.approvals.asking import fill_in, now_on_the_wire, writes_since
from tests.approvals.samples import NASTY, a_request, facts_of
from tests.world import ALICE, BOB, CAROL, DANA, GUS, World, world_of

PRIYA, SOFIA, NINA = "U0CROWD01", "U0CROWD03", "U0NINA"
KIND: AnyKind = CREATE_WORKSPACE
CREATE = "POST /v1/organizations/workspaces"
SET = {"name": "Checkout", "environments": ["production", "staging"], "reason": "The new *checkout*"}


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


def workspaces(world: World, part: str = "Checkout") -> list[Any]:
    return [one for one in world.sandbox.claude.workspaces.values() if part in one.name]


def roles(world: World, workspace_id: str) -> dict[str, str]:
    claude = world.sandbox.claude
    return {claude.users[user].name: role for (at, user), role in claude.memberships.items() if at == workspace_id}


def states(request: Request) -> dict[str, str]:
    return {part.label: part.state for part in request.outcome.parts}


async def asked(world: World, **more: Any) -> Any:
    assert (await fill_in(world, ALICE, KIND, SET | more))["ok"]
    return await card_with(world, "The new")


async def refused(world: World, sentence: str, **values: Any) -> None:
    """Send the form, and wait for what it says of it."""
    answer = await fill_in(world, ALICE, KIND, SET | values)
    if answer.get("errors"):
        assert sentence in str(answer["errors"])
    else:
        await world.modal(ALICE, sentence)
    view = (await world.modals(ALICE))[-1]
    await world.post("/act/close", user=ALICE, view_id=view["id"])


def of(**more: Any) -> CreateWorkspace:
    return CreateWorkspace.model_validate({"name": "Checkout"} | more)


def test_names_that_two_requests_could_both_make_are_looked_for() -> None:
    whole = of(environments=("production", "staging"))
    single = of(name="checkout STAGING")
    assert subject_of(whole.name) in may_collide(single)
    assert subject_of(single.name) in may_collide(whole)
    assert shared_names(whole, single) == ["Checkout Staging"]
    assert shared_names(of(), whole) == []
    assert subject_of("Check\u200bout ") == subject_of("checkout")


def test_a_card_has_a_line_for_each_workspace_and_says_all_that_they_get() -> None:
    wanted = of(
        name=f"{NASTY} Ünï 🚀 " + "x" * 220,
        environments=("production", "test"),
        owner=DANA,
        limit=Decimal("1234.50"),
        cost_centre="`4711`",
        people=(
            FirstMember(slack_id=DANA, member_id="u1", name="Dana", has="billing", is_owner=True),
            FirstMember(slack_id=BOB, member_id="u2", name="Bob", has="admin"),
            FirstMember(slack_id=PRIYA, member_id="u3", name="Priya", has="developer"),
        ),
        can_limit=False,
    )
    request = a_request("create_workspace", payload=wanted.model_dump(mode="json"), workspace_id=None, workspace_name=None)
    text = render_card(facts_of(request)).text
    lines = text.splitlines()
    assert len([line for line in lines if line.startswith("• *")]) == 2
    assert "<!channel>" not in text
    assert "Owner <@U0DANA> · Members <@U0BOB> (organization admin, has access anyway) and <@U0CROWD01>" in lines
    assert "Limit $1,234.50 a month each (an approver sets it in the Console, and I tell them how)" in lines
    assert max(map(len, lines)) < 200


async def test_a_set_is_made_with_tags_members_and_limit_each_once(world: World) -> None:
    world.sandbox.claude.flags.spend_limits_preview = True
    card = await asked(world, owner=DANA, members=[PRIYA, BOB, DANA], limit="500", cost_centre="4711")
    assert "• *Checkout Production*" in card["text"]
    await press(world, BOB, card, "request_approve")
    request = await until(world, card, Status.APPLIED)
    assert set(states(request).values()) == {"done"}
    made = workspaces(world)
    assert sorted(one.name for one in made) == ["Checkout Production", "Checkout Staging"]
    for one in made:
        told = {OWNER: "dana@acme.test", COST_CENTRE: "4711", DESCRIPTION: "The new *checkout*"}
        assert told.items() <= one.tags.items()
        assert roles(world, one.id) == {"Dana Okafor": "workspace_admin", "Priya Nair": "workspace_developer"}
    limits = {one.workspace_id: one.amount for one in world.sandbox.claude.spend_limits.values()}
    assert [limits[one.id] for one in made] == ["50000", "50000"]
    shown = (await card_with(world, "*2 workspaces of Checkout created for"))["text"]
    assert "✅ Priya Nair in Checkout Staging: workspace developer" in shown


async def test_one_that_somebody_made_in_the_console_meanwhile_is_left_alone(world: World) -> None:
    card = await asked(world)
    theirs = await world.rt.admin.create_workspace("checkout  STAGING", {"owner": "carol@acme.test"})
    await press(world, BOB, card, "request_approve")
    request = await until(world, card, Status.APPLIED)
    assert states(request)["Checkout Production"] == "done"
    assert states(request)["Checkout Staging"] == "refused"
    assert states(request)["Alice Moreno in Checkout Staging"] == "left_out"
    assert roles(world, theirs.id) == {}
    assert "somebody else created a workspace with this name" in (await card_with(world, "1 of 2 workspaces"))["text"]


async def test_where_answers_were_lost_there_is_still_one_of_each(world: World) -> None:
    await world.post("/faults", target="claude", name=CREATE, kind="drop_after", times=2)
    await world.post("/faults", target="claude", name=f"{CREATE}/*/members", kind="drop_after", times=1)
    card = await asked(world, members=[PRIYA])
    await press(world, BOB, card, "request_approve")
    request = await until(world, card, Status.APPLIED)
    assert set(states(request).values()) == {"done"}
    assert len(workspaces(world)) == 2


@pytest.mark.proof
async def test_one_that_is_made_after_it_was_looked_for_is_found_and_made_no_second_time(world: World) -> None:
    await world.post("/faults", target="claude", name=CREATE, kind="drop_before", times=1)
    card = await asked(world)
    await press(world, BOB, card, "request_approve")
    request = await until(world, card, Status.FAILED)
    assert states(request)["Checkout Staging"] == "done"
    [staging] = workspaces(world)
    late = replace(staging, id="wrkspc_late", name="Checkout Production", tags={**staging.tags, "environment": "production"})
    world.sandbox.claude.workspaces[late.id] = late
    await a_minute_passes(world, 600)
    await card_with(world, "✅ Checkout Production: created")
    await press(world, BOB, await card_with(world, "*only a part of it was done*"), "request_retry")
    request = await until(world, card, Status.APPLIED)
    assert set(states(request).values()) == {"done"}
    assert len(workspaces(world)) == 2


async def test_a_crash_after_any_step_makes_nothing_twice(world: World) -> None:
    world.sandbox.claude.flags.spend_limits_preview = True
    card = await asked(world, members=[PRIYA], limit="500", channel="C0ENG", tell=["digest", "alert"])
    await press(world, BOB, card, "request_approve")
    request = await until(world, card, Status.APPLIED)
    whole, seq = request.outcome.parts, now_on_the_wire(world)
    assert len(whole) == 11
    for done in range(len(whole)):  # as the process left it that died after so many parts, with the next one made
        kept = request.outcome.model_copy(update={"parts": whole[:done]})
        held: dict[str, Any] = {"status": Status.APPLYING, "claimed_at": world.rt.now(), "attempts": 2}
        async with world.rt.store.write() as tx:
            left = await requests.touch(tx, request, outcome=kept, **held)
        assert left
        act = act_of(world.rt, KIND.asked(left))
        await KIND.effect.apply(act)
        request = act.progress.request
        assert request.outcome.parts == whole
    assert writes_since(world, seq) == []
    assert len(workspaces(world)) == 2


@pytest.mark.proof
async def test_who_died_after_the_first_workspace_goes_on_from_there(world: World) -> None:
    card = await asked(world)
    await press(world, BOB, card, "request_approve")
    request = await until(world, card, Status.APPLIED)
    async with world.rt.store.write() as tx:
        kept = request.outcome.model_copy(update={"parts": request.outcome.parts[:1]})
        await requests.touch(tx, request, outcome=kept, status=Status.APPLYING, claimed_at=world.rt.now())
    await a_minute_passes(world, CLAIM_LASTS.total_seconds() + 60)
    assert (await until(world, card, Status.APPLIED)).outcome.parts == request.outcome.parts
    assert len(workspaces(world)) == 2


async def test_somebody_who_left_meanwhile_spoils_nobody_elses_access(world: World) -> None:
    card = await asked(world, environments=[], members=[PRIYA, SOFIA, DANA])
    users = world.sandbox.claude.users.values()
    await world.rt.admin.remove_user(next(one.id for one in users if one.name == "Priya Nair"))
    await press(world, BOB, card, "request_approve")
    request = await until(world, card, Status.APPLIED)
    assert states(request)["Priya Nair in Checkout"] == "refused"
    assert roles(world, workspaces(world)[0].id) == {
        "Alice Moreno": "workspace_admin",
        "Sofia Rossi": "workspace_developer",
    }
    await world.message(ALICE, "Priya Nair in Checkout: isn't in the organization any more")
    assert f"created for <@{ALICE}>, <@{SOFIA}> and <@{DANA}>*" in (await card_with(world, "created for"))["text"]


def test_an_owner_hears_what_of_it_could_not_be_done() -> None:
    parts = [
        PartDone(name="workspace:production", label="Checkout Production", state="done"),
        PartDone(name="workspace:staging", label="Checkout Staging", state="refused", note="Taken"),
        PartDone(name="key:apikey_1", label="A key of somebody", state="refused"),
    ]
    request = a_request("create_workspace", Status.APPLIED, outcome={"parts": parts})
    said = concerned_notice(facts_of(request), None, "", "done").text
    assert said.startswith("⚠️ *1 of 2 workspaces")
    assert "⚠️ Checkout Staging: Taken" in said
    assert "A key of somebody" not in said
    assert "⚠️ Checkout Staging: Taken" in concerned_notice(facts_of(request), None, "", ASKED).text
    only_key = a_request("create_workspace", Status.APPLIED, outcome={"parts": [parts[0], parts[2]]})
    assert concerned_notice(facts_of(only_key), None, "", "done").text.startswith("✅"), "a mark that nothing explains"


async def test_what_can_be_known_to_be_wrong_is_said_before_anybody_is_asked(world: World) -> None:
    await refused(world, "There is a workspace named Staging already", name="staging", environments=[])
    await refused(world, "Anthropic has a workspace with this name", name="Claude  code", environments=[])
    await refused(world, "Use 244 characters at most, for the environment is added.", name="x" * 250)
    await refused(world, "Use $1.00 or more.", limit="0.99")
    await refused(world, "Set a monthly limit", channel="C0ENG", tell=["alert"])
    await refused(world, "Choose the channel", tell=["digest"])
    await refused(world, "can't be a first member", members=[PRIYA, NINA])
    await refused(world, "This person is a guest", owner=GUS)
    await refused(world, "Another company can read that channel", channel="C0GLOBEX", tell=["digest"])
    await asked(world)
    await refused(world, "Another open request asks for checkout staging", name="checkout staging", environments=[])
    world.sandbox.claude.flags.workspace_limit = 500
    for number in range(91):
        await world.rt.admin.create_workspace(f"Filled {number}")
    await refused(world, "The organization has 99 workspaces, and 100 is the usual maximum", name="Other")
    for number in range(3):  # more than 100: it was raised
        await world.rt.admin.create_workspace("Other" if number == 2 else f"More {number}")
    await world.rt.admin.archive_workspace(workspaces(world, "Other")[0].id)
    assert (await fill_in(world, ALICE, KIND, SET | {"name": "Other"}))["ok"]
    await world.modal(ALICE, "Sent to")


async def test_a_limit_above_anthropics_cap_is_refused_before_anybody_is_asked(world: World) -> None:
    world.sandbox.claude.flags.spend_limits_preview = True
    await refused(world, "Anthropic allows the organization $200,000.00 a month", limit="200,000.01")
    assert "the organization's limit is lower, $20,000.00" in str(await asked(world, limit="200k"))


@pytest.mark.proof
async def test_the_channel_gets_one_digest_of_all_and_an_alert_for_each(world: World) -> None:
    card = await asked(world, channel="C0ENG", tell=["digest", "alert"], limit="500")
    assert "<#C0ENG> gets the daily digest and alerts at 50, 80 and 100 % of the limit" in card["text"]
    await press(world, BOB, card, "request_approve")
    request = await until(world, card, Status.APPLIED)
    done = {label: state for label, state in states(request).items() if "igest" in label or "Alert" in label}
    assert done == dict.fromkeys(("Daily digest", "Alert about Checkout Production", "Alert about Checkout Staging"), "done")
    made = {one.id for one in workspaces(world)}
    digest = await subscription_of(world.rt, "C0ENG")
    assert digest
    assert (set(digest.workspace_ids), digest.created_by, digest.tz) == (made, ALICE, "Europe/Berlin")
    async with world.rt.store.read() as tx:
        assert set((await names_of(tx, made)).values()) == {"Checkout Production", "Checkout Staging"}
    alerts = await thresholds_of(world.rt, "C0ENG")
    assert {(one.workspace_id, one.amount, one.steps, one.created_by) for one in alerts} == {
        (workspace_id, Decimal(500), (50, 80, 100), ALICE) for workspace_id in made
    }


@pytest.mark.proof
async def test_workspaces_are_added_to_the_digest_that_a_channel_has(world: World) -> None:
    staging = await world.workspace_id("Staging")
    await world.rt.spend_news.start_digest(ALICE, "C0ENG", {staging: "Staging"})
    card = await asked(world, environments=[], channel="C0ENG", tell=["digest"])
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    digest = await subscription_of(world.rt, "C0ENG")
    assert digest
    assert digest.workspace_ids == (staging, workspaces(world)[0].id)
    research = await world.workspace_id("Research")
    assert not await world.rt.spend_news.has_digest("C0ENG", [research])
    await world.rt.spend_news.start_digest(ALICE, "C0ENG", {research: "Research"})
    said = await world.message(ALICE, "Research", "C0ENG")
    assert "the spend of Staging, Checkout and Research every day" in said["text"], "all by name, also one without figures"


async def test_the_digest_waits_until_every_workspace_is_settled(world: World) -> None:
    await world.post("/faults", target="claude", name=CREATE, kind="403", times=1)
    card = await asked(world, channel="C0ENG", tell=["digest"])
    await press(world, BOB, card, "request_approve")
    request = await until(world, card, Status.FAILED)
    assert states(request) == {"Checkout Staging": "done", "Alice Moreno in Checkout Staging": "done"}
    assert await subscription_of(world.rt, "C0ENG") is None
    await press(world, ALICE, await world.message(ALICE, "only a part of it was done"), "request_retry")
    request = await until(world, card, Status.APPLIED)
    assert set(states(request).values()) == {"done"}
    digest = await subscription_of(world.rt, "C0ENG")
    assert digest
    assert set(digest.workspace_ids) == {one.id for one in workspaces(world)}


async def test_a_digest_of_everything_was_there_already_and_stays(world: World) -> None:
    await world.rt.spend_news.start_digest(ALICE, "C0ENG", {})
    before = await subscription_of(world.rt, "C0ENG")
    card = await asked(world, environments=[], channel="C0ENG", tell=["digest"])
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    assert await subscription_of(world.rt, "C0ENG") == before
    assert "✅ Daily digest: the channel had it already" in (await card_with(world, "created for"))["text"]


async def test_who_wakes_up_late_sets_up_no_digest(world: World) -> None:
    card = await asked(world, environments=[], channel="C0ENG", tell=["digest"])
    request = await until(world, card, Status.PENDING)
    act = act_of(world.rt, KIND.asked(request))
    with pytest.raises(LeaseLost):
        await act.news.start_digest(ALICE, "C0ENG", {})
    assert await subscription_of(world.rt, "C0ENG") is None


async def test_who_gets_a_role_by_it_does_not_decide_it_and_is_told(world: World) -> None:
    card = await asked(world, environments=[], owner=CAROL, members=[PRIYA])
    await world.message(CAROL, "asks for a new workspace")
    request = await until(world, card, Status.PENDING)
    assert [one.slack_id for one in request.beneficiaries] == [PRIYA]
    await press(world, CAROL, card, "request_approve")
    await until(world, card, Status.APPLIED)
    await world.message(PRIYA, "created for <@U0CAROL> and <@U0CROWD01>")


async def test_the_typed_line_opens_the_form_with_the_name_and_the_limit(world: World) -> None:
    assert (await world.command(ALICE, '/claude-workspaces create "Fraud Checks" limit 500'))["ok"]
    filled = str((await world.modal(ALICE, "form_create_workspace"))["blocks"])
    assert "'Fraud Checks'" in filled
    assert "'initial_value': '500'" in filled
