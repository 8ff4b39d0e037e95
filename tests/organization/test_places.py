"""In which workspaces somebody has a role: so many lists at a time, remembered, and never in anybody's way."""

import asyncio
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import pytest

from bot.admin.model import Member, Workspace, WorkspaceMember
from bot.directory.directory import Directory
from bot.errors import UpstreamBusy
from bot.organization.model import PlaceRole, Places
from bot.organization.places import places_of
from tests.approvals.samples import ASKED

DANA = Member(id="user_dana", email="dana@acme.test", name="Dana", role="developer")


class Organization:
    """A hundred workspaces, and what is asked of them."""

    def __init__(self, count: int = 100) -> None:
        self.asked: list[str] = []
        self.busy: set[str] = set()
        self.slow: set[str] = set()
        self.members = {"w003": "workspace_admin", "w077": "workspace_user"}
        self.all = [
            Workspace(id=f"w{n:03d}", name=f"Place {n:03d}", created_at=ASKED, is_default=not n) for n in range(count)
        ]

    async def workspaces(self) -> AsyncIterator[Workspace]:
        for one in self.all:
            yield one

    async def workspace_members(self, workspace_id: str) -> AsyncIterator[WorkspaceMember]:
        self.asked.append(workspace_id)
        if workspace_id in self.busy:
            raise UpstreamBusy("The Claude API is busy.")
        if workspace_id in self.slow:
            await asyncio.sleep(60)
        for user, role in (("user_dana", self.members.get(workspace_id)), ("user_bill", "workspace_billing")):
            if role:
                yield WorkspaceMember(user_id=user, workspace_id=workspace_id, workspace_role=role)


def runtime(organization: Organization) -> Any:
    return SimpleNamespace(directory=Directory(organization))  # pyright: ignore[reportArgumentType] - what is read here


async def test_each_look_reads_so_many_lists_and_the_next_reads_on() -> None:
    organization = Organization()
    rt = runtime(organization)
    looks = [await places_of(rt, DANA) for _ in range(5)]
    assert [(one.looked, one.total) for one in looks] == [(20, 99), (40, 99), (60, 99), (80, 99), (99, 99)]
    assert looks[0].given == (PlaceRole("Place 003", "workspace_admin"),)
    assert looks[-1].is_whole
    assert looks[-1].given == (PlaceRole("Place 003", "workspace_admin"), PlaceRole("Place 077", "workspace_user"))
    assert await places_of(rt, DANA.model_copy(update={"id": "user_nobody"})) == Places("", (), 99, 99)
    assert len(organization.asked) == len(set(organization.asked)) == 99, "each list is read once, whoever it is for"


@pytest.mark.parametrize("trouble", ["busy", "slow"])
async def test_a_list_that_cant_be_read_now_is_said_to_be_missing_and_tried_again(trouble: str) -> None:
    organization = Organization(4)
    getattr(organization, trouble).add("w002")
    rt = runtime(organization)
    found = await places_of(rt, DANA, within=0.02)
    assert (found.looked, found.total) == (2, 3)
    assert found.given == (PlaceRole("Place 003", "workspace_admin"),)
    getattr(organization, trouble).clear()
    assert (await places_of(rt, DANA)).is_whole


async def test_what_comes_with_the_role_in_the_organization_is_told_apart() -> None:
    organization = Organization(5)
    rt = runtime(organization)
    admin = DANA.model_copy(update={"role": "admin"})
    assert await places_of(rt, admin) == Places("workspace_admin", (), 4, 4)
    assert organization.asked == [], "an admin is one everywhere: nothing is read for that"
    billing = Member(id="user_bill", email="bill@acme.test", name="Bill", role="billing")
    assert await places_of(rt, billing) == Places("workspace_billing", (), 4, 4)
    organization.members = {"w001": "workspace_admin"}
    raised = DANA.model_copy(update={"role": "billing"})
    rt.directory.forget_roles_in("w001")
    assert (await places_of(rt, raised)).given[0] == PlaceRole("Place 001", "workspace_admin")
