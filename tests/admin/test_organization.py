"""The client against the sandbox's organization: people, workspaces, keys and limits."""

from datetime import timedelta
from decimal import Decimal

import pytest

from bot.admin.client import AdminClient
from bot.errors import PreviewUnavailable, UpstreamAuth, UpstreamMissing, UpstreamRefused
from tests.admin.conftest import Claude
from tests.day import DAY


async def test_me_is_the_organization_of_the_key(admin: AdminClient, claude: Claude) -> None:
    assert (await admin.me()).id == claude.organization.id


async def test_every_member_is_listed_once_whatever_the_page_size(admin: AdminClient, claude: Claude) -> None:
    members = [member async for member in admin.users()]
    assert {member.id for member in members} == set(claude.organization.users)
    assert len(members) == len(claude.organization.users)
    assert all(member.added_at is not None and member.added_at.tzinfo for member in members)


async def test_a_member_is_found_by_email_in_any_case(admin: AdminClient) -> None:
    found = [member async for member in admin.users("ALICE@acme.test")]
    assert [member.email for member in found] == ["alice@acme.test"]
    assert await admin.user(found[0].id) == found[0]


async def test_a_role_is_changed_but_admin_is_refused_in_words(admin: AdminClient) -> None:
    [alice] = [member async for member in admin.users("alice@acme.test")]
    assert (await admin.change_role(alice.id, "billing")).role == "billing"
    with pytest.raises(UpstreamRefused) as caught:
        await admin.change_role(alice.id, "admin")
    assert caught.value.status == 400
    assert caught.value.request_id
    assert caught.value.sentence.endswith(".")


async def test_an_unknown_member_is_missing_and_a_path_can_not_be_smuggled_in_an_id(
    admin: AdminClient, claude: Claude
) -> None:
    with pytest.raises(UpstreamMissing):
        await admin.user("user_01nobody")
    before = len(claude.calls())
    for hostile in ("../api_keys", "a/b", "", "..", "x?y=1", "ünï"):
        with pytest.raises(UpstreamMissing):
            await admin.user(hostile)
    assert len(claude.calls()) == before


async def test_a_member_is_removed(admin: AdminClient, claude: Claude) -> None:
    [alice] = [member async for member in admin.users("alice@acme.test")]
    await admin.remove_user(alice.id)
    assert alice.id not in claude.organization.users


async def test_an_invite_lives_until_it_is_deleted(admin: AdminClient) -> None:
    invite = await admin.invite("new@acme.test", "developer")
    assert invite.status == "pending"
    pending = [found.id async for found in admin.invites("new@acme.test", ["pending"])]
    assert pending == [invite.id]
    with pytest.raises(UpstreamRefused) as caught:
        await admin.invite("new@acme.test", "developer")
    assert caught.value.error_code == "invite_already_exists"
    await admin.delete_invite(invite.id)
    with pytest.raises((UpstreamMissing, UpstreamRefused)):
        await admin.delete_invite(invite.id)


async def test_the_default_workspace_is_listed_and_flagged_alone(admin: AdminClient, claude: Claude) -> None:
    await admin.create_workspace("Default")
    workspaces = [workspace async for workspace in admin.workspaces()]
    default = claude.organization.default_workspace().id
    assert [workspace.id for workspace in workspaces if workspace.is_default] == [default]
    assert (await admin.workspace(default)).is_default
    assert sum(workspace.is_claude_code for workspace in workspaces) == 1


async def test_a_workspace_is_created_changed_and_archived(admin: AdminClient) -> None:
    created = await admin.create_workspace("Search", {"team": "search"})
    changed = await admin.update_workspace(created.id, name="Search 2", tags={"owner": "alice"}, display_color="#112233")
    assert changed.name == "Search 2"
    assert changed.tags == {"team": "search", "owner": "alice"}
    assert changed.display_color == "#112233"
    recoloured = await admin.update_workspace(created.id, display_color="#445566")
    assert (recoloured.name, recoloured.tags, recoloured.display_color) == ("Search 2", changed.tags, "#445566")
    archived = await admin.archive_workspace(created.id)
    assert archived.archived_at is not None
    assert created.id not in [w.id async for w in admin.workspaces()]
    assert created.id in [w.id async for w in admin.workspaces(include_archived=True)]


async def test_a_workspace_member_comes_changes_and_goes(admin: AdminClient) -> None:
    [alice] = [member async for member in admin.users("alice@acme.test")]
    workspace = await admin.create_workspace("Search")
    added = await admin.add_workspace_member(workspace.id, alice.id, "workspace_user")
    assert added in [member async for member in admin.workspace_members(workspace.id)]
    changed = await admin.change_workspace_role(workspace.id, alice.id, "workspace_developer")
    assert changed.workspace_role == "workspace_developer"
    await admin.remove_workspace_member(workspace.id, alice.id)
    assert alice.id not in [member.user_id async for member in admin.workspace_members(workspace.id)]


async def test_keys_are_listed_by_workspace_status_and_creator(admin: AdminClient, claude: Claude) -> None:
    keys = [key async for key in admin.api_keys()]
    assert {key.id for key in keys} == set(claude.organization.keys)
    one = next(key for key in keys if key.workspace_id and key.created_by and key.status == "active")
    found = [key async for key in admin.api_keys(one.workspace_id, "active", one.created_by)]
    assert one in found
    assert {(key.workspace_id, key.status, key.created_by) for key in found} == {
        (one.workspace_id, "active", one.created_by)
    }
    assert {key.principal_type for key in keys} <= {None, "user", "service_account"}
    assert all((key.principal_type is None) == (key.principal_id is None) for key in keys)


async def test_a_key_is_created_renamed_and_archived_and_its_secret_is_nowhere_but_in_its_place(
    admin: AdminClient, claude: Claude
) -> None:
    workspace = await admin.create_workspace("Search")
    ends = DAY + timedelta(days=30)
    issued = await admin.create_api_key(workspace.id, "ingest", ends)
    secret = issued.secret.get_secret_value()
    assert secret.startswith("sk-ant-api03-")
    assert secret not in repr(issued) + str(issued) + issued.model_dump_json()
    assert (issued.key.workspace_id, issued.key.expires_at) == (workspace.id, ends)
    renamed = await admin.update_api_key(issued.key.id, name="ingest-2")
    assert renamed.name == "ingest-2"
    assert (await admin.update_api_key(issued.key.id, status="archived")).status == "archived"
    assert (await admin.api_key(issued.key.id)).status == "archived"


async def test_an_upstream_that_can_not_create_keys_is_told_from_a_missing_workspace(
    admin: AdminClient, claude: Claude
) -> None:
    with pytest.raises(UpstreamMissing):
        await admin.create_api_key("wrkspc_01nowhere", "ingest")
    claude.organization.flags.key_creation = False
    with pytest.raises(PreviewUnavailable) as caught:
        await admin.create_api_key(claude.organization.default_workspace().id, "ingest")
    assert "Console" in caught.value.sentence


async def test_the_feed_tells_of_limits_that_were_set_and_only_where_it_is_switched_on(
    admin: AdminClient, claude: Claude
) -> None:
    since = claude.organization.clock.now() - timedelta(hours=1)
    types = ("workspace_spend_limit_created", "platform_spend_limit_updated")
    with pytest.raises(UpstreamAuth):
        [one async for one in admin.activities(types, since)]
    claude.organization.flags.compliance_enabled = claude.organization.flags.spend_limits_preview = True
    research = claude.organization.workspace_named("Research")
    await admin.set_spend_limit(Decimal(300), research.id)
    await admin.set_spend_limit(Decimal(30_000))
    found = [one async for one in admin.activities(types, since)]
    assert [(one.type, one.workspace_id, one.amount, one.actor_email) for one in found] == [
        ("platform_spend_limit_updated", None, None, None),
        ("workspace_spend_limit_created", research.id, None, None),
    ]
    assert [one async for one in admin.activities(("platform_spend_limit_deleted",), since)] == []
    assert [one async for one in admin.activities(types, since + timedelta(hours=2))] == []


async def test_an_invite_whose_answer_was_lost_is_not_mistaken_for_one_of_a_like_address(
    admin: AdminClient, claude: Claude
) -> None:
    await admin.invite("new+old@acme.test", "developer")
    claude.fail("POST /invites", "drop_after")
    with pytest.raises(UpstreamRefused):
        await admin.invite("new@acme.test", "developer")
