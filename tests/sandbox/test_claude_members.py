"""Who is in a workspace: explicit roles beside inherited ones, and what ends with a membership."""

import pytest

from tests.sandbox.claude_server import Api, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def api(world: World) -> Api:
    return Api(world)


def test_inherited_workspace_roles_stay_as_the_organization_role_has_them(api: Api, world: World) -> None:
    staging, bob, dana = world.workspace("Staging"), world.user("bob"), world.user("dana")
    path = f"workspaces/{staging}/members"
    assert api.get(f"{path}/{bob}")["workspace_role"] == "workspace_admin"
    assert api.get(f"{path}/{dana}")["workspace_role"] == "workspace_billing"
    api.refused("POST", f"{path}/{bob}", 400, workspace_role="workspace_user")
    api.refused("DELETE", f"{path}/{bob}", 400)
    api.refused("POST", f"{path}/{dana}", 400, workspace_role="workspace_user")
    api.refused("DELETE", f"{path}/{dana}", 400)
    assert api.post(f"{path}/{dana}", workspace_role="workspace_admin")["workspace_role"] == "workspace_admin"
    api.refused("POST", path, 400, user_id=bob, workspace_role="workspace_user")
    api.refused("POST", path, 400, user_id=world.user("alice"), workspace_role="workspace_billing")


def test_a_refused_removal_of_an_admin_keeps_the_explicit_membership(api: Api, world: World) -> None:
    bob, staging = world.user("bob"), world.workspace("Staging")
    world.organization.memberships[staging, bob] = "workspace_developer"
    api.refused("DELETE", f"workspaces/{staging}/members/{bob}", 400)
    assert world.organization.memberships[staging, bob] == "workspace_developer"


def test_the_claude_code_key_of_a_person_ends_with_the_membership_and_no_other_key_does(api: Api, world: World) -> None:
    alice, code = world.user("alice"), world.workspace("Claude Code")
    theirs = [world.key("claude_code_key_alice"), world.key("alice-notebook"), world.key("claude_code_key_omar")]
    api.delete(f"workspaces/{code}/members/{alice}")
    assert [api.get(f"api_keys/{key_id}")["status"] for key_id in theirs] == ["archived", "active", "active"]


def test_nobody_is_added_changed_or_removed_in_an_archived_workspace(api: Api, world: World) -> None:
    alice, lab = world.user("alice"), world.workspace("Sandbox")
    world.organization.memberships[lab, alice] = "workspace_developer"
    api.post(f"workspaces/{lab}/archive")
    path = f"workspaces/{lab}/members"
    api.refused("POST", path, 400, user_id=world.user("priya"), workspace_role="workspace_user")
    api.refused("POST", f"{path}/{alice}", 400, workspace_role="workspace_user")
    api.refused("DELETE", f"{path}/{alice}", 400)
    assert world.organization.memberships[lab, alice] == "workspace_developer"


def test_leaving_another_workspace_ends_no_key(api: Api, world: World) -> None:
    alice, lab = world.user("alice"), world.workspace("Sandbox")
    world.organization.memberships[lab, alice] = "workspace_developer"
    api.delete(f"workspaces/{lab}/members/{alice}")
    assert api.get(f"api_keys/{world.key('alice-notebook')}")["status"] == "active"
