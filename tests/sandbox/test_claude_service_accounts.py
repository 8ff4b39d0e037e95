"""Service accounts: seen and changed with the OAuth token only, read by the official SDK, in workspaces from either side."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from bot.sandbox.claude.organization import OAUTH_TOKEN
from tests.lazily import Lazy
from tests.sandbox.claude_server import Api, World, served

if TYPE_CHECKING:
    import anthropic
else:
    anthropic = Lazy("anthropic")


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def sdk(world: World) -> Iterator[anthropic.Anthropic]:
    with (
        served(world) as url,
        anthropic.Anthropic(base_url=url, auth_token=OAUTH_TOKEN, max_retries=0, _strict_response_validation=True) as client,
    ):
        yield client


def test_accounts_of_the_keys_are_there_newest_first_over_pages(sdk: anthropic.Anthropic, world: World) -> None:
    accounts = list(sdk.organization.service_accounts.list(limit=2))
    assert [account.created_at for account in accounts] == sorted((a.created_at for a in accounts), reverse=True)
    bound = [key.principal.id for key in world.organization.keys.values() if key.principal is not None]
    assert {account.id for account in accounts} == {id for id in bound if id.startswith("svac_")}


def test_an_account_lives_its_whole_life(sdk: anthropic.Anthropic) -> None:
    accounts = sdk.organization.service_accounts
    made = accounts.create(name="nightly-jobs", description="Runs at night")
    assert (made.organization_role, made.archived_at) == ("developer", None)
    changed = accounts.update(made.id, description=None, organization_role="admin")
    assert (changed.description, changed.organization_role, changed.name) == ("", "admin", "nightly-jobs")
    assert accounts.retrieve(made.id) == changed
    archived = accounts.archive(made.id)
    assert archived.archived_at is not None
    assert accounts.archive(made.id) == archived
    assert made.id not in {account.id for account in accounts.list()}
    assert made.id in {account.id for account in accounts.list(include_archived=True)}
    with pytest.raises(anthropic.BadRequestError):
        accounts.update(made.id, description="too late")
    with pytest.raises(anthropic.ConflictError):
        accounts.create(name="nightly-jobs")
    with pytest.raises(anthropic.BadRequestError):
        accounts.create(name="Nightly jobs")
    with pytest.raises(anthropic.NotFoundError):
        accounts.retrieve("svac_01nobody")


def test_a_membership_is_the_same_from_either_side(sdk: anthropic.Anthropic, world: World) -> None:
    accounts, members = sdk.organization.service_accounts, sdk.organization.workspaces.service_accounts
    account, staging = accounts.create(name="probe").id, world.workspace("Staging")
    added = accounts.workspaces.add(account, workspace_id=staging, workspace_role="workspace_user")
    assert members.retrieve(account, workspace_id=staging) == added
    raised = members.update(account, workspace_id=staging, workspace_role="workspace_developer")
    assert [member for member in members.list(staging) if member.service_account_id == account] == [raised]
    assert [one.workspace_id for one in accounts.workspaces.list(account)] == [world.workspace("Default"), staging]
    removed = members.remove(account, workspace_id=staging)
    assert accounts.workspaces.remove(staging, service_account_id=account).to_dict() == removed.to_dict()
    with pytest.raises(anthropic.NotFoundError):
        members.retrieve(account, workspace_id=staging)
    again = members.add(staging, service_account_id=account, workspace_role="workspace_admin")
    assert again.workspace_role == "workspace_admin"


def test_every_account_is_implicitly_in_the_default_workspace(sdk: anthropic.Anthropic, world: World) -> None:
    accounts, members = sdk.organization.service_accounts, sdk.organization.workspaces.service_accounts
    account, default = accounts.create(name="probe").id, world.workspace("Default")
    assert members.remove(account, workspace_id=default).workspace_id == default
    implicit = members.retrieve(account, workspace_id=default)
    assert (implicit.implicit, implicit.workspace_role) == (True, "workspace_user")
    assert list(members.list(default)) == []
    members.add(default, service_account_id=account, workspace_role="workspace_developer")
    assert [(one.implicit, one.workspace_role) for one in members.list(default)] == [(False, "workspace_developer")]


def test_an_archived_account_or_workspace_takes_part_no_more(sdk: anthropic.Anthropic, world: World) -> None:
    accounts, members = sdk.organization.service_accounts, sdk.organization.workspaces.service_accounts
    account, staging = accounts.create(name="probe").id, world.workspace("Staging")
    members.add(staging, service_account_id=account, workspace_role="workspace_user")
    accounts.archive(account)
    assert list(accounts.workspaces.list(account)) == []
    assert account not in {member.service_account_id for member in members.list(staging)}
    with pytest.raises(anthropic.BadRequestError):
        members.add(staging, service_account_id=account, workspace_role="workspace_user")
    sdk.organization.workspaces.archive(staging)
    with pytest.raises(anthropic.BadRequestError):
        members.list(staging)


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "service_accounts",
        "service_accounts/svac_01x",
        "service_accounts/svac_01x/archive",
        "service_accounts/svac_01x/workspaces",
        "service_accounts/svac_01x/workspaces/wrkspc_01x",
        "workspaces/wrkspc_01x/service_accounts",
        "workspaces/wrkspc_01x/service_accounts/svac_01x",
        "federation_issuers",
        "federation_rules/fdrl_01x/workspaces/wrkspc_01x",
    ],
)
def test_an_admin_key_is_refused_whatever_it_asks_for(world: World, method: str, path: str) -> None:
    assert Api(world).call(method, path).status_code == 403


def test_federation_is_an_empty_list_and_nothing_more(sdk: anthropic.Anthropic) -> None:
    assert list(sdk.organization.federation.issuers.list()) == []
    with pytest.raises(anthropic.NotFoundError):
        sdk.organization.federation.issuers.retrieve("fdis_01x")
    with pytest.raises(anthropic.NotFoundError):
        sdk.organization.federation.rules.archive("fdrl_01x")
    with pytest.raises(anthropic.PermissionDeniedError):
        sdk.organization.federation.issuers.create(issuer_url="https://idp.test", jwks={"type": "discovery"}, name="idp")
