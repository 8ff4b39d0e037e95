"""Authority is that of today: of the policy, the people, the groups and the channel, whatever was true when it was asked."""

import random
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.kinds.registry import KINDS
from bot.policy.file import load_policy
from bot.sandbox.run import SandboxOptions, running_sandbox
from bot.sandbox.together import bot_on
from tests.day import DAY
from tests.security.doors import Json, captured_logs, kept, settled
from tests.security.forgeries import click, submission
from tests.security.test_identity import deliver, request_id_of, told
from tests.sizes import few
from tests.templates import copy_sqlite
from tests.world import ALICE, APPROVALS, BOB, CAROL, DANA, World, a_minute, world_of

SOFIA = "U0CROWD03"  # a member whose role only uses the Playground
POLICY = (Path(__file__).parents[2] / "bot/sandbox/policy.toml").read_text(encoding="utf-8")
RND = random.Random(0)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    (tmp_path / "policy.toml").write_text(POLICY, encoding="utf-8")
    async with world_of(tmp_path, more={"POLICY_FILE": str(tmp_path / "policy.toml")}) as opened:
        yield opened


async def new_policy(world: World, text: str) -> None:
    """Write the file alone: no job runs here, and a click has to see what it says."""
    world.rt.settings.policy_file.write_text(text, encoding="utf-8")


async def status_of(world: World, part: str) -> str:
    return next(row for row in (await kept(world))["request"] if part in repr(row))[2]


async def failed_role_change(world: World) -> Json:
    """Have sofia's change of role approved and fail; return what alice was told about that."""
    await world.command(ALICE, f"/claude-members role <@{SOFIA}> developer needs it")
    card = await world.message(BOB, "asks to change a role", APPROVALS)
    await world.post("/faults", target="claude", name="POST /v1/organizations/users/*", kind="500", times=9)
    await world.click_on(BOB, card, "request_approve")
    failed = await world.message(ALICE, "I checked: it was not done", seconds=20)
    await settled(world)
    await world.http.delete(f"{world.control_url}/faults")
    return failed


@pytest.mark.parametrize(
    "today", few([POLICY.replace("quorum = 1", "quorum = 2"), POLICY.replace("S0ADMINS", "S0FINANCE")], 1),
    ids=["two must", "others may"],
)  # fmt: skip
async def test_a_retry_needs_an_approval_that_holds_today(world: World, today: str) -> None:
    failed = await failed_role_change(world)
    await new_policy(world, today)
    await world.click_on(ALICE, failed, "request_retry")
    await world.message(ALICE, "The approval no longer counts")
    assert await status_of(world, SOFIA) == "failed"


async def test_a_retry_waits_for_a_policy_that_can_be_read(world: World) -> None:
    failed = await failed_role_change(world)
    await new_policy(world, "")
    await world.click_on(BOB, await world.message(BOB, "asks to change a role", APPROVALS), "request_retry")
    await world.message(BOB, f"Only <@{ALICE}> can do that.", APPROVALS)
    await world.click_on(ALICE, failed, "request_retry")
    await world.message(ALICE, "I can't tell whether its approval still counts")
    await new_policy(world, POLICY)
    await world.click_on(ALICE, failed, "request_retry")
    await settled(world)
    assert await status_of(world, SOFIA) == "applied"


async def test_a_retry_needs_approvers_who_are_still_there(world: World) -> None:
    failed = await failed_role_change(world)
    world.sandbox.slack.users[BOB].deleted = True  # and no event says so
    await world.click_on(ALICE, failed, "request_retry")
    await world.message(ALICE, "The approval no longer counts")
    assert await status_of(world, SOFIA) == "failed"


async def test_what_somebody_asked_for_who_left_is_not_approved(world: World) -> None:
    card = await world.ask_for_key(ALICE, "for-a-leaver")
    alice = world.sandbox.slack.users[ALICE]
    was, alice.email = alice.email, "alice.weber@acme.test"
    await world.click_on(BOB, card, "request_approve")
    await world.message(BOB, f"can't go ahead for <@{ALICE}>: This person's e-mail address or membership changed", APPROVALS)
    alice.email, alice.deleted = was, True
    await world.click_on(BOB, card, "request_approve")
    gone = f"can't go ahead for <@{ALICE}>: That Slack account isn't active any more. Deny it instead."
    await world.message(BOB, gone, APPROVALS)
    assert (await kept(world))["decision"] == []
    await world.click_on(BOB, card, "request_deny")
    await world.modal(BOB, "Reason")
    await world.submit(BOB, comment="gone")
    await world.message(BOB, "*Denied by", APPROVALS)


async def test_approvals_that_count_again_are_enough_at_the_next_click(world: World) -> None:
    await world.ask_for_key(DANA, "two-of-us", workspace="Production")
    await new_policy(world, POLICY.replace("quorum = 1", "quorum = 2"))
    card = await world.message(BOB, "two-of-us", APPROVALS)
    await world.click_on(BOB, card, "request_approve")
    await settled(world)
    world.sandbox.slack.groups["S0ADMINS"].users = [CAROL]  # bob is taken out by mistake, and put back
    await world.click_on(CAROL, card, "request_approve")
    await settled(world)
    assert await status_of(world, "two-of-us") == "pending"
    world.sandbox.slack.groups["S0ADMINS"].users = [BOB, CAROL]
    await world.click_on(CAROL, card, "request_approve")
    await settled(world)
    assert await status_of(world, "two-of-us") == "fulfilling"


async def test_a_click_does_not_take_over_another_requests_card(world: World) -> None:
    first, second = await world.ask_for_key(ALICE, "first-one"), await world.ask_for_key(ALICE, "second-one")
    await settled(world)
    payload = click(DANA, "request_approve", await request_id_of(world, "first-one"), RND)
    payload["container"] = {"type": "message", "message_ts": second["ts"], "channel_id": APPROVALS}
    payload["message"] = {"ts": second["ts"], "user": "U0QMBOT"}
    await deliver(world, "interactive", payload)
    await world.click_on(BOB, first, "request_approve")
    await world.message(ALICE, "Only you can see its secret")
    await settled(world)
    now = next(m for m in await world.messages(BOB, APPROVALS) if m["ts"] == second["ts"])
    assert "second-one" in now["text"]


@pytest.mark.parametrize("tail", few([" ", "\u2003", "\u00a0", "\x1f", "\n"]))
async def test_white_space_around_a_key_s_name_makes_no_other_name(world: World, tail: str) -> None:
    await world.ask_for_key(ALICE, "ingest-x")
    await world.command(ALICE, "/claude-keys request")
    await world.modal(ALICE, "Workspace")
    staging = await world.workspace_id("Staging")
    await world.submit(ALICE, workspace_id=staging, name="ingest-x" + tail, reason="y")
    await world.modal(ALICE, "asked for *")
    assert len((await kept(world))["request"]) == 1


async def test_who_may_not_see_all_keys_finds_only_their_own_by_typing_ahead(world: World) -> None:
    asked = {"type": "block_suggestion", "action_id": "pick_key", "block_id": "b", "value": "prod", "team": {"id": "T0ACME"}}
    hers = (await deliver(world, "interactive", asked | {"user": {"id": SOFIA}}))["options"]
    everybodys = (await deliver(world, "interactive", asked | {"user": {"id": ALICE}}))["options"]
    sofia = next(u.id for u in world.sandbox.claude.users.values() if u.email == "sofia@acme.test")
    makers = [world.sandbox.claude.keys[option["value"]].created_by for option in hers]
    assert all(maker and maker.id == sofia for maker in makers)
    assert len(everybodys) > len(hers)


async def test_a_key_is_revoked_by_the_name_it_has_and_not_by_what_a_form_claims(world: World) -> None:
    key: Any = next(k for k in world.sandbox.claude.keys.values() if k.status(world.rt.now()) == "active")
    form = submission(ALICE, "form_revoke_key", {"confirm": "x", "reason": "why"}, "", RND)
    chosen = {"type": "external_select", "selected_option": {"text": {"type": "plain_text", "text": "x"}, "value": key.id}}
    form["view"]["state"]["values"]["key_id"] = {"pick_key": chosen}
    await deliver(world, "interactive", form)
    assert (await kept(world))["request"] == []


@pytest.mark.parametrize("wanted", ["T0SOMEWHEREELSE", "E0SOMEWHEREELSE"])
async def test_a_token_of_another_team_serves_nobody(tmp_path: Path, wanted: str) -> None:
    async with (
        running_sandbox(SandboxOptions(start=DAY)) as sandbox,
        bot_on(sandbox, tmp_path, jobs=(), more={"TEAM_ID": wanted}) as bot,
        httpx.AsyncClient(trust_env=False) as http,
    ):
        assert wanted in (await bot.unready_because())["slack"]
        world = World(sandbox, bot, http)

        async def answered() -> bool:
            return bool((await world.command(ALICE, "/claude-keys"))["ok"])

        await world.wait_for(answered, "a socket")
        await world.message(ALICE, "I'm not connected to Slack yet", "C0GENERAL")


@pytest.mark.parametrize(
    ("slack", "claude"),
    [
        ("bo\u017f\u017f@acme.test", "boss@acme.test"),
        ("stra\u00dfe@acme.test", "strasse@acme.test"),
        ("\u212aim@acme.test", "kim@acme.test"),
    ],
)
async def test_an_address_that_only_looks_like_anothers_is_nobodys(world: World, slack: str, claude: str) -> None:
    next(u for u in world.sandbox.claude.users.values() if u.email == "bob@acme.test").email = claude
    world.sandbox.slack.users[SOFIA].email = slack
    await world.command(SOFIA, "/claude-members")
    await world.message(SOFIA, "letters that look like other letters", "C0GENERAL")
    assert (await kept(world))["link"] == []


async def test_a_role_is_asked_for_by_who_the_person_is_now(world: World) -> None:
    await world.command(ALICE, "/claude-members")  # alice is remembered
    await world.message(ALICE, "members", "C0GENERAL")
    world.sandbox.slack.users[ALICE].deleted = True
    await world.post("/act/raw", kind="slash_commands", payload={
        "command": "/claude-members", "text": f"role <@{SOFIA}> developer why", "user_id": ALICE, "team_id": "T0ACME",
        "channel_id": "C0GENERAL", "trigger_id": "1.2.x",
    })  # fmt: skip
    await settled(world)
    assert (await kept(world))["request"] == []


async def test_naming_somebody_does_not_link_them(world: World) -> None:
    await world.command(ALICE, f"/claude-members role <@{SOFIA}> developer needs it")
    await world.message(BOB, "asks to change a role", APPROVALS)
    assert [row for row in (await kept(world))["link"] if SOFIA in row] == []


async def test_a_channel_shared_without_a_word_gets_no_more_and_is_redacted(world: World) -> None:
    card = await world.ask_for_key(ALICE, "internal-name", reason="The merger")
    await settled(world)
    seen = len(await world.get("/history"))
    world.sandbox.slack.channels[APPROVALS].is_ext_shared = True
    await world.click_on(BOB, card, "request_approve")
    await world.message(ALICE, "Only you can see its secret")
    await settled(world)
    new = [m for m in (await world.get("/history"))[seen:] if m.get("channel") == APPROVALS and m["surface"] == "message"]
    assert [m["text"] for m in new if "internal-name" in m["text"]] == []
    other = await world.message(BOB, "I hid this request", APPROVALS)
    assert other["ts"] == card["ts"]


async def test_cards_of_a_channel_shared_while_nothing_happened_are_covered_and_come_back(world: World) -> None:
    card = await world.ask_for_key(ALICE, "internal-name")
    await settled(world)
    world.sandbox.slack.channels[APPROVALS].is_ext_shared = True
    await a_minute(world.rt)
    assert "I hid this request" in (await world.message(BOB, "another company", APPROVALS))["text"]
    world.sandbox.slack.channels[APPROVALS].is_ext_shared = False
    world.sandbox.clock.advance(timedelta(minutes=1))
    await a_minute(world.rt)
    assert (await world.message(BOB, "internal-name", APPROVALS))["ts"] == card["ts"]


async def test_what_a_thread_told_is_covered_too(world: World) -> None:
    card = await world.ask_for_key(ALICE, "internal-name")
    await world.click_on(BOB, card, "request_deny")
    await world.modal(BOB, "Deny")
    await world.submit(BOB, comment="Globex must not hear of this")
    await world.message(ALICE, "denied")
    await settled(world)
    await world.post(f"/channels/{APPROVALS}", is_ext_shared=True)
    await world.message(BOB, "I hid this because another company can read this channel", APPROVALS)
    await settled(world)
    assert [m for m in await world.messages(BOB, APPROVALS) if "Globex" in str(m)] == []


def test_a_policy_that_no_program_can_read_lets_nobody_approve(tmp_path: Path) -> None:
    for number, text in enumerate(("x = " + "[" * 20000 + "]" * 20000, "x = " + "9" * 5000)):
        path = tmp_path / f"{number}.toml"
        path.write_text(f"version = 1\n{text}\n")
        assert load_policy(path, KINDS).nobody_because


async def test_an_error_of_the_database_tells_nothing_that_was_typed(tmp_path: Path) -> None:
    copy_sqlite(tmp_path / "quartermaster.db")  # also in `make proof`: the trigger is SQLite's
    with captured_logs("INFO") as logs:
        async with world_of(tmp_path) as world:
            async with world.rt.store.write() as tx:
                connection = tx.connection
                await connection.exec_driver_sql(
                    "CREATE TRIGGER t BEFORE INSERT ON request BEGIN SELECT RAISE(ABORT, 'disk says no'); END"
                )
            await world.command(ALICE, "/claude-keys request")
            await world.modal(ALICE, "Workspace")
            staging = await world.workspace_id("Staging")
            await world.submit(ALICE, workspace_id=staging, name="some-key", reason="hunter2-password")
            await world.modal(ALICE, "Something failed")
            await settled(world)
    assert logs.named("listener_failed")
    assert "hunter2" not in logs.text


async def test_a_forged_denial_needs_a_reason_and_a_short_one(world: World) -> None:
    await world.ask_for_key(ALICE, "deny-me")
    pending = await request_id_of(world, "deny-me")
    for comment in ("   ", "x" * 501):
        answer = await deliver(
            world, "interactive", submission(BOB, "request_deny_form", {"comment": comment}, pending, RND)
        )
        assert answer["response_action"] == "errors"
    assert await told(world, ALICE) == []
    assert await status_of(world, "deny-me") == "pending"
