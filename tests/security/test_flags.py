"""What Slack says of a person counts, each flag alone, and as of now wherever something may change."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.errors import NotLinked
from bot.people.identity import check_person, resolve_actor
from bot.slack.model import SlackPerson
from bot.slack.shapes import person_of
from tests.security.doors import any_world_of, captured_logs, kept, settled
from tests.security.forgeries import click, submission
from tests.security.test_identity import PRIYA, deliver, request_id_of, stolen_key
from tests.world import ALICE, world_of


async def test_each_flag_alone_is_enough_to_refuse_somebody(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        fine: SlackPerson = await world.rt.notifier.person(PRIYA)
        await check_person(world.rt, fine)
        for change in (
            {"team_id": "T0GLOBEX"}, {"team_id": ""}, {"is_bot": True}, {"is_bot": None}, {"deleted": True},
            {"deleted": None}, {"is_stranger": True}, {"is_invited": True}, {"is_guest": True}, {"is_guest": None},
            {"is_email_confirmed": False}, {"is_email_confirmed": None}, {"email": "priya@elsewhere.test"}, {"email": ""},
            {"email": "рriya@acme.test"}, {"email": "priya@acme.test.elsewhere.test"},
        ):  # fmt: skip
            with pytest.raises(NotLinked) as refused:
                await check_person(world.rt, replace(fine, **change))
            is_named = "users:read.email" in refused.value.sentence
            assert is_named == (change == {"email": ""}), "what hides an address is named where it is hidden alone"


@pytest.mark.parametrize("transport", ["socket", "http"])
async def test_whoever_was_deactivated_without_a_word_of_it_has_no_more_buttons_and_forms(
    tmp_path: Path, transport: str
) -> None:
    async with any_world_of(tmp_path, transport) as world:
        await world.ask_for_key(ALICE, "after-a-silent-end")
        pending = await request_id_of(world, "after-a-silent-end")
        await world.command(ALICE, "/claude-requests")  # so that she is remembered as she was
        await settled(world)
        before = await kept(world)
        world.sandbox.slack.users[ALICE].deleted = True  # and no event tells of it
        await deliver(world, "interactive", click(ALICE, "request_withdraw", pending, random.Random(0)))
        assert await kept(world) == before
        world.sandbox.slack.users[ALICE].deleted = False
        world.rt.notifier.forget(ALICE)
        await world.command(ALICE, "/claude-requests")
        await settled(world)
        world.sandbox.slack.users[ALICE].deleted = True
        await deliver(world, "interactive", submission(ALICE, "form_create_key", stolen_key(world), "", random.Random(0)))
        assert await kept(world) == before


async def test_missing_flags_count_as_bad_unless_the_setting_trusts_them(tmp_path: Path) -> None:
    for trust in ("false", "true"):
        (tmp_path / trust).mkdir()
        async with world_of(tmp_path / trust, more={"TRUST_MISSING_FLAGS": trust}) as world:
            alice: Any = world.sandbox.slack.users[ALICE]
            for flag in ("is_email_confirmed", "is_bot", "is_restricted"):
                before = getattr(alice, flag)
                setattr(alice, flag, None)
                world.rt.notifier.forget(ALICE)
                seen = len(await world.get("/history"))
                await world.command(ALICE, "/claude-keys")
                await settled(world)
                said = str((await world.get("/history"))[seen:])
                assert ("Request" in said) == (trust == "true"), (flag, trust, said)
                setattr(alice, flag, before)


GRID = {"enterprise_id": "E0ACME", "teams": ["T0OTHER", "T0ACME"]}
USER = {
    "id": "U1", "deleted": False, "is_bot": False, "is_restricted": False, "is_ultra_restricted": False,
    "is_email_confirmed": True, "profile": {"email": "priya@acme.test", "display_name": "Priya"},
}  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "is_one_of_us"),
    [
        ({"team_id": "T0ACME"}, True),
        ({"enterprise_user": GRID}, True),
        ({"team_id": "T0OTHER", "enterprise_user": GRID}, True),
        ({"team_id": None, "enterprise_user": GRID}, True),
        ({"team_id": "T0OTHER"}, False),
        ({"enterprise_user": {"enterprise_id": "E0GLOBEX", "teams": ["T0GLOBEX"]}}, False),
        ({"enterprise_user": {"enterprise_id": "E0ACME", "teams": []}}, False),
        ({"enterprise_user": {}}, False),
        ({}, False),
    ],
)
async def test_both_ways_in_which_slack_tells_of_workspaces_are_read(
    tmp_path: Path, facts: dict[str, Any], is_one_of_us: bool
) -> None:
    async with world_of(tmp_path) as world:
        person = person_of(USER | facts)
        if is_one_of_us:
            await check_person(world.rt, person)
        else:
            with pytest.raises(NotLinked):
                await check_person(world.rt, person)
        assert person.is_in("E0ACME") == ("'E0ACME'" in str(facts)), "as with TEAM_ID=E0ACME"


async def test_nobody_acts_from_a_workspace_that_slack_does_not_know_them_in(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        await resolve_actor(world.rt, ALICE, "T0ACME")
        for elsewhere in ("T0GLOBEX", "E0ACME"):
            with pytest.raises(NotLinked):
                await resolve_actor(world.rt, ALICE, elsewhere)


@pytest.mark.parametrize("flag", ["deleted", "is_bot", "is_restricted", "is_email_confirmed", "team_id"])
async def test_what_slack_left_out_is_named_in_the_refusal_and_the_log(tmp_path: Path, flag: str) -> None:
    left = {name: value for name, value in (USER | {"team_id": "T0ACME"}).items() if name != flag}
    with captured_logs("WARNING") as logs:
        async with world_of(tmp_path) as world:
            with pytest.raises(NotLinked, match=f"Slack leaves out `{flag}`") as caught:
                await check_person(world.rt, person_of(left))
            assert ("TRUST_MISSING_FLAGS" in caught.value.sentence) == (flag != "team_id")
    assert logs.named("slack_flags_missing")[0]["flags"] == [flag]
