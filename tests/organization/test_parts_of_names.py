"""A list is narrowed by a part of a name, in which `*` stands for anything, as in a question about spend."""

from datetime import UTC, datetime

from bot.admin.model import ApiKey, Member, Workspace
from bot.organization.keys_wanted import Wanted
from bot.organization.members_wanted import WantedMembers
from bot.organization.workspaces_wanted import WantedWorkspaces

NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_a_part_of_a_name_may_have_stars() -> None:
    key = ApiKey(id="apikey_1", name="ingest-eu-prod", status="active", workspace_id=None, created_at=NOW)
    place = Workspace(id="wrkspc_1", name="Data Platform", created_at=NOW)
    member = Member(id="user_1", email="priya@acme.test", name="Priya Nair", role="developer")
    assert Wanted(part="Ingest-*").takes(key)
    assert Wanted(part="ingest-*-prod").takes(key)
    assert not Wanted(part="ingest-*-staging").takes(key)
    assert WantedWorkspaces(part="data*").takes(place)
    assert not WantedWorkspaces(part="form*data").takes(place)
    assert WantedMembers(part="*nair").takes(member)
    assert not WantedMembers(part="nair*pri*pri").takes(member)
