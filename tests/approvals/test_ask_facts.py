"""What those who decide should know is looked up at the ask, and what nobody sees in a value is taken out of it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.admin.model import SpendLimit, Workspace, WorkspaceMember
from bot.approvals.act import Reading
from bot.errors import InvalidInput, PreviewUnavailable
from bot.kinds.limits.cap import cap_of
from bot.kinds.limits.spend import SET_SPEND_LIMIT
from bot.kinds.limits.words import SetSpendLimit
from bot.kinds.people.leaving_places import places_left
from bot.kinds.people.remove import REMOVE_MEMBER
from bot.kinds.workspaces.archive import ARCHIVE_WORKSPACE, ArchiveWorkspace
from bot.kinds.workspaces.update import UPDATE_WORKSPACE, UpdateWorkspace
from bot.organization.tags import COST_CENTRE
from tests.approvals.samples import ALICE, a_request
from tests.hygiene.samples import member, workspace

STAGING, LAB = workspace("wrkspc_1", "Staging"), workspace("wrkspc_2", "Lab")
BOB, CAROL, DANA = member("bob", "admin"), member("carol"), member("dana", "billing")


class Organization:
    """The part of an organization that these questions are about; `limits` None: the preview isn't granted."""

    def __init__(
        self,
        roles: dict[tuple[str, str], str],
        limits: dict[str, int] | None = None,
        kept: int | None = None,
        every: Sequence[Workspace] = (STAGING, LAB),
        *,
        is_enabled: bool = True,
    ) -> None:
        self.is_enabled = is_enabled
        self.roles, self.limits, self.kept, self.every = roles, limits, kept, every

    async def workspaces(self, *, fresh: bool = False) -> list[Any]:
        return list(self.every)

    async def members(self, *, fresh: bool = False) -> list[Any]:
        return [BOB, CAROL, DANA]

    async def workspace(self, workspace_id: str) -> Any:
        return next(one for one in self.every if one.id == workspace_id)

    async def workspace_members(self, workspace_id: str) -> AsyncIterator[WorkspaceMember]:
        for (place, who), role in self.roles.items():
            if place == workspace_id:
                yield WorkspaceMember(user_id=who, workspace_id=place, workspace_role=role)

    async def spend_limits(self) -> list[SpendLimit]:
        if self.limits is None:
            raise PreviewUnavailable("not granted")
        return [
            SpendLimit(
                id=scope,
                scope_type=scope,
                workspace_id=STAGING.id if scope == "workspace" else None,
                amount=Decimal(amount),
                period="monthly",
                is_enabled=self.is_enabled,
            )
            for scope, amount in self.limits.items()
        ]

    async def spend_of_month(self, scope: str | None) -> Any:
        limit = Decimal(self.kept) if self.kept is not None and scope is None else None
        return SimpleNamespace(limit=limit, spent=None, missing=0, as_of=None)

    def reading(self) -> Reading:
        return cast("Reading", SimpleNamespace(admin=self, directory=self, spend_of_month=self.spend_of_month))


def checked(kind: Any, payload: Any, there: Organization) -> Any:
    return asyncio.run(kind.rules.check(there.reading(), ALICE, payload)).payload


@pytest.mark.parametrize(
    ("there", "lower"),
    [
        (Organization({}, {"organization": 20_000, "usage_tier": 200_000}), 20_000),
        (Organization({}, {"organization": 20_000}, is_enabled=False), None),
        (Organization({}, {"organization": 60_000}), None),
        (Organization({}, {"usage_tier": 200_000}), None),
        (Organization({}, None, kept=10_000), 10_000),
        (Organization({}, None), None),
    ],
)
def test_a_limit_above_the_organizations_says_which_is_reached_first(there: Organization, lower: int | None) -> None:
    found = checked(SET_SPEND_LIMIT, SetSpendLimit(workspace_id=STAGING.id, amount=Decimal(50_000)), there)
    assert found.lower_whole == lower
    asked = SET_SPEND_LIMIT.asked(a_request("set_spend_limit", payload=found.model_dump(mode="json")))
    said = f"the organization's limit is lower, ${lower or 0:,}.00, and is reached first"
    assert (said in SET_SPEND_LIMIT.words.what(asked)) == (lower is not None)
    whole = checked(SET_SPEND_LIMIT, SetSpendLimit(workspace_id="organization", amount=Decimal(50_000)), there)
    assert whole.lower_whole is None


@pytest.mark.parametrize(
    ("scope", "limits", "kept", "said"),
    [
        (
            STAGING.id,
            {"workspace": 9, "organization": 60_000, "usage_tier": 200_000},
            None,
            "organization's limit of $60,000.00 a month applies",
        ),
        (
            STAGING.id,
            {"workspace": 9, "usage_tier": 200_000},
            None,
            "only Anthropic's cap of $200,000.00 a month for the organization applies",
        ),
        (STAGING.id, {"workspace": 9}, None, "only Anthropic's cap for the organization applies"),
        (STAGING.id, None, 10_000, "organization's limit of $10,000.00 a month applies"),
        (STAGING.id, None, None, "the organization's limit applies, if it has one"),
        (
            "organization",
            {"organization": 9, "usage_tier": 200_000},
            None,
            "only Anthropic's cap of $200,000.00 a month for the organization applies",
        ),
        ("organization", None, None, "only Anthropic's cap for the organization applies"),
    ],
)
def test_a_limit_that_is_taken_away_says_what_holds_then(
    scope: str, limits: dict[str, int] | None, kept: int | None, said: str
) -> None:
    wanted = SetSpendLimit.model_validate({"workspace_id": scope, "amount": "none"})
    found = checked(SET_SPEND_LIMIT, wanted, Organization({}, limits, kept=kept))
    asked = SET_SPEND_LIMIT.asked(a_request("set_spend_limit", payload=found.model_dump(mode="json")))
    assert said in SET_SPEND_LIMIT.words.what(asked)


def test_what_comes_with_an_organization_role_is_none_of_their_own_and_the_last_admin_is_named() -> None:
    roles = {
        (STAGING.id, CAROL.id): "workspace_admin",
        (STAGING.id, BOB.id): "workspace_admin",  # by his organization role
        (LAB.id, CAROL.id): "workspace_admin",
        (LAB.id, DANA.id): "workspace_admin",
        (STAGING.id, DANA.id): "workspace_billing",
    }
    there = Organization(roles)
    assert asyncio.run(places_left(there.reading(), CAROL)) == (("Staging", "Lab"), ("Staging",))
    assert asyncio.run(places_left(there.reading(), DANA)) == (("Lab",), ())
    payload = REMOVE_MEMBER.sample.payload.model_copy(update={"last_admin_of": ("R&D", "Lab")})
    asked = REMOVE_MEMBER.asked(a_request("remove_member", payload=payload.model_dump(mode="json")))
    said = "⚠️ They are the last workspace admin of *R&amp;D* and *Lab*: organization admins are the only ones left there"
    assert REMOVE_MEMBER.words.about(asked)[1] == said


def test_who_decides_about_one_of_two_workspaces_of_a_name_reads_which_one_it_is() -> None:
    for twin, said in ((STAGING, False), (workspace("wrkspc_3", "LAB"), True)):
        there = Organization({}, every=[LAB, twin])
        wanted = ArchiveWorkspace(workspace_id=LAB.id, confirm="Lab")
        payload = checked(ARCHIVE_WORKSPACE, wanted, there).model_dump(mode="json")
        what = ARCHIVE_WORKSPACE.words.what(ARCHIVE_WORKSPACE.asked(a_request("archive_workspace", payload=payload)))
        assert (what == "*Lab* (`wrkspc_2`, one of several with this name), with all its keys") == said


def test_nothing_that_nobody_sees_gets_into_a_name_or_tag() -> None:
    there, same = Organization({}), UpdateWorkspace(workspace_id=LAB.id, detail="name", value="La\u200bb")
    with pytest.raises(InvalidInput, match="already Lab"):
        checked(UPDATE_WORKSPACE, same, there)
    odd = UpdateWorkspace(workspace_id=LAB.id, detail=COST_CENTRE, value=" 47\u200b11\u202e ")
    assert checked(UPDATE_WORKSPACE, odd, there).value == "4711"
    for value, said in (("\u200b=x", "Write the tag and its value"), ("Owner=x", "Choose Owner in the list above instead.")):
        with pytest.raises(InvalidInput, match=said):
            checked(UPDATE_WORKSPACE, UpdateWorkspace(workspace_id=LAB.id, detail="other", value=value), there)


def test_a_cap_of_another_period_is_none_of_a_month() -> None:
    weekly, monthly = (
        SpendLimit(id=period, scope_type="usage_tier", amount=Decimal(amount), period=period)
        for period, amount in (("weekly", 100), ("monthly", 5_000))
    )
    assert (cap_of([weekly]), cap_of([weekly, monthly])) == (None, 5_000)
