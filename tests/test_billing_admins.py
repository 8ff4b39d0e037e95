"""A billing member who is to be admin of a workspace: raised where the API lists them there, added where it doesn't."""

from types import SimpleNamespace
from typing import Any

import pytest

from bot.admin.model import Member, WorkspaceMember
from bot.approvals.outcome import Outcome, PartDone
from bot.errors import UpstreamMissing
from bot.kinds.people.joining import joining
from bot.kinds.several import Part
from bot.kinds.workspaces.create_parts import parts_of
from bot.kinds.workspaces.wanted import CreateWorkspace, FirstMember

OWNER = FirstMember(slack_id="U0DANA", member_id="u1", name="Dana", has="billing", is_owner=True)
WANTED = CreateWorkspace(name="Lab", people=(OWNER,))
PARTS: dict[str, Part[Any]] = {
    "create": parts_of(WANTED)[-1],
    "join": joining("dana@acme.test", "w1", "Lab", "workspace_admin", "workspace:"),
}


class Organization:
    """An API that lists billing members in a workspace, or doesn't."""

    def __init__(self, *, lists: bool) -> None:
        self.lists, self.done = lists, list[str]()

    async def user(self, member_id: str) -> Member:
        return Member(id=member_id, email="dana@acme.test", name="Dana", role="billing")

    async def workspace_member(self, workspace_id: str, user_id: str) -> WorkspaceMember:
        if not self.lists:
            raise UpstreamMissing("Not found.")
        return WorkspaceMember(workspace_id=workspace_id, user_id=user_id, workspace_role="workspace_billing")

    async def add_workspace_member(self, _workspace: str, user_id: str, role: str) -> None:
        self.done.append(f"add {user_id} {role}")

    async def change_workspace_role(self, _workspace: str, user_id: str, role: str) -> None:
        self.done.append(f"change {user_id} {role}")


async def _open(_workspace_id: str) -> object:
    return object()


@pytest.mark.parametrize("name", PARTS)
@pytest.mark.parametrize(("lists", "how"), [(True, "change"), (False, "add")])
async def test_a_billing_member_becomes_admin_whether_the_api_lists_them_or_not(name: str, lists: bool, how: str) -> None:
    made = Outcome(parts=(PartDone(name="workspace:", label="Lab", state="done", thing_id="u1"),))
    admin = Organization(lists=lists)
    act: Any = SimpleNamespace(admin=admin, came=made, payload=WANTED, directory=SimpleNamespace(workspace=_open))
    assert (await PARTS[name].do(act)).state == "done"
    assert admin.done == [f"{how} u1 workspace_admin"]
