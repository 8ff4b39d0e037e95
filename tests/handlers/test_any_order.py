"""Typed lines in whatever order people write them, and names that two things have: nothing is guessed, nothing swallowed."""

from pathlib import Path

from bot.commands.table import COMMANDS
from bot.kinds.registry import KINDS
from bot.organization.keys_wanted import read_wanted
from handlers.named import workspace_options
from tests.approvals.acting import told
from tests.handlers.test_lines import filled
from tests.hygiene.samples import workspace
from tests.world import ALICE, world_of


def test_menus_tell_workspaces_of_one_name_apart() -> None:
    found = [workspace(f"wrkspc_{n}", name) for n, name in enumerate(("Same", "same", "Lab"))]
    told_apart = [one.get("description", {}).get("text") for one in workspace_options(found)]
    assert told_apart == ["wrkspc_0", "wrkspc_1", None]


def test_a_list_of_keys_is_never_of_one_of_several_workspaces_with_its_name() -> None:
    places = {"wrkspc_1": "Same", "wrkspc_2": "Same", "wrkspc_3": "Twin", "wrkspc_4": "twin"}
    said = read_wanted(["in", "same"], places)
    assert said == "2 workspaces are called *Same*. Write the id of the one you mean: `wrkspc_1` or `wrkspc_2`."
    assert read_wanted(["in", "twim"], places) == "I don't know a workspace *twim*. Did you mean *twin*?"
    for typed, home in (("wrkspc_2", "wrkspc_2"), ("Twin", "wrkspc_3"), ("twin", "wrkspc_4")):
        assert getattr(read_wanted(["in", typed], places), "workspace_id", "") == home


def test_every_line_that_opens_a_form_with_a_last_day_is_read_for_its_end() -> None:
    opened = [one for command in COMMANDS for one in command.subcommands if one.opens and KINDS[one.opens].rules.last_day]
    assert opened
    for one in opened:
        assert KINDS[one.opens].rules.last_day in one.fills, (
            f"{one.name}: let it fill the last day, so that `until 1 Dec` is no part of the reason"
        )


async def test_words_in_any_order_fill_in_the_form_and_twins_are_left_to_people(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        for name in ("Same", "Same"):
            await world.rt.admin.create_workspace(name, {})
        await world.rt.directory.workspaces(fresh=True)
        held = await filled(world, "limit 500 Staging until yesterday", "set_spend_limit")
        assert held == {"workspace_id": "Staging", "amount": "500", "reason": "until yesterday", "ends_on": ""}
        held = await filled(world, "limit 1.000,50 Staging until 2030-01-31 5pm audit", "set_spend_limit")
        assert held == {"workspace_id": "Staging", "amount": "1.000,50", "reason": "audit", "ends_on": "2030-01-31"}
        held = await filled(world, "limit 500 Staging needed in all cases in Production", "set_spend_limit")
        assert (held["workspace_id"], held["reason"]) == ("Staging", "needed in all cases in Production")
        held = await filled(world, "limit 500 needed in all cases in Staging", "set_spend_limit")
        assert (held["workspace_id"], held["reason"]) == ("Staging", "needed in all cases")
        held = await filled(world, "access developer @sofia Staging joins them", "workspace_access")
        assert (held["workspace_id"], held["role"].partition(":")[0]) == ("Staging", "Workspace developer")
        held = await filled(world, "access remove @sofia from Staging tomorrow", "workspace_access")
        assert (held["workspace_id"], held["role"][:9], held["reason"]) == ("Staging", "No access", "")
        held = await filled(world, "remove @sofia from Staging", "workspace_access")
        assert (held["workspace_id"], held["slack_id"], held["role"][:9]) == ("Staging", "U0CROWD03", "No access")
        held = await filled(world, "add Sofia Rossi to Staging as workspace admin", "workspace_access")
        assert (held["workspace_id"], held["slack_id"], held["role"][:15]) == ("Staging", "U0CROWD03", "Workspace admin")
        held = await filled(world, "increase Staging limit to 500 dollars a month", "set_spend_limit")
        assert (held["workspace_id"], held["amount"], held["reason"]) == ("Staging", "500 dollars a month", "")
        held = await filled(world, "rate fable 5 rpm 2k Staging until 2030-01-31", "set_rate_limit")
        assert (held["rate_group"], held["value"], held["ends_on"]) == ("Claude Fable 5.x", "2k", "2030-01-31")
        for line, detail, value in (
            ("rename Staging to Foo", "Name", "Foo"),
            ("color Staging #ff0000", "Colour", "#ff0000"),
            ("update Staging owner dana@acme.test", "Owner", "dana@acme.test"),
            ("tag Staging team=data", "", "team=data"),
        ):
            held = await filled(world, line, "update_workspace")
            assert (held["workspace_id"], held["detail"], held["value"]) == ("Staging", detail, value)
        twins = {w.id: w.name for w in await world.rt.directory.workspaces() if w.name == "Same"}
        for shown in (f"Same (…{max(twins)[-4:]})", f'"Same ({max(twins)})"'):
            await world.command(ALICE, f"/claude-workspaces limit 500 {shown} for tests")
            view = await world.modal(ALICE, f"This is about `{max(twins)}`")
            await world.post("/act/close", user=ALICE, view_id=view["id"])
        end = (await world.workspace_id("Staging"))[-4:]
        held = await filled(world, f"limit 50 Staging (…{end})", "set_spend_limit")
        assert (held["workspace_id"], held["reason"]) == ("Staging", ""), "an archived one may have its name"
        for line, kind in (("archive Same", "archive_workspace"), ("limit Same 50", "set_spend_limit")):
            assert (await filled(world, line, kind))["workspace_id"] == ""
        one = next(w.id for w in await world.rt.directory.workspaces() if w.name == "Same")
        await world.command(ALICE, f"/claude-workspaces archive {one}")
        assert f"This is about `{one}`" in str(await world.modal(ALICE, "Several workspaces are called *Same*"))
        await world.command(ALICE, "/claude-members invite kim@acme.test in Same")
        await told(world, ALICE, "2 workspaces are called *Same*. Write the id of the one you mean: `wrkspc_")
        await world.command(ALICE, "/claude-members role developer @dana because")
        assert "developer" in str(await world.message(ALICE, "asks to change a role", "C0APPROVALS"))
        await world.command(ALICE, "/claude-members remove @dana from Staging")
        await told(world, ALICE, "Out of one workspace: `/claude-workspaces remove @person from WORKSPACE`.")
        await world.command(ALICE, "/claude-members remove okafor")
        assert "Dana Okafor" in str(await world.modal(ALICE, "form_remove_member"))
