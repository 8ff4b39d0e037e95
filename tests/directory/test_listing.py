"""Lists as they were read: what is made of the whole of one is made once, and one changed key doesn't read all of them."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from bot.admin.model import ApiKey, IssuedKey, Member
from bot.approvals.fence import FencedAdmin
from bot.directory.directory import Directory
from bot.directory.listing import Listing, count_roles
from bot.errors import UpstreamDown
from bot.organization.members_view import as_listed, order_of
from bot.slack.paging import page_in, page_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
MEMBERS = [
    Member(id=f"user_{n}", email=f"{n}@acme.test", name=f"N{n % 7}", role=("user", "admin")[n % 3 == 0]) for n in range(60)
]


def a_key(key_id: str, name: str = "one") -> ApiKey:
    return ApiKey(id=key_id, name=name, status="active", workspace_id=None, created_at=NOW)


class Upstream:
    """An organization that counts how often all of its keys were read."""

    def __init__(self) -> None:
        self.keys, self.reads, self.fails = [a_key("k1"), a_key("k2")], 0, False

    async def api_keys(self) -> AsyncIterator[ApiKey]:
        self.reads += 1
        for key in list(self.keys):
            yield key

    async def update_api_key(self, key_id: str, name: str | None, _status: str | None) -> ApiKey:
        self.keys = [a_key(one.id, name or "") if one.id == key_id else one for one in self.keys]
        if self.fails:
            raise UpstreamDown("The answer was lost.")
        return next(one for one in self.keys if one.id == key_id)

    async def create_api_key(self, _workspace: str, name: str, _expires_at: datetime | None) -> IssuedKey:
        self.keys = [a_key("k3", name), *self.keys]
        return IssuedKey(key=self.keys[0], secret=SecretStr("a secret"))

    def __getattr__(self, _name: str) -> Any:
        return SimpleNamespace()


def test_a_page_of_a_long_list_puts_it_in_order_once_and_shows_the_same() -> None:
    calls: list[int] = []

    def ordered(members: Sequence[Member]) -> Any:
        calls.append(len(members))
        return as_listed(members)

    listing, cursor = Listing(MEMBERS), ""
    for _ in range(6):
        page, as_before = page_in(listing.once(ordered), cursor), page_of(MEMBERS, order_of, cursor)
        assert page == as_before
        cursor = page.next
    assert calls == [60]
    assert listing.once(count_roles) == {"admin": 20, "user": 40}
    assert Listing(MEMBERS[:3]).once(count_roles) == {"admin": 1, "user": 2}, "another list, other counts"


async def test_the_order_goes_with_the_list_that_was_read() -> None:
    upstream: Any = Upstream()
    found = [MEMBERS[0]]

    async def users() -> AsyncIterator[Member]:
        for one in found:
            yield one

    upstream.users = users
    directory: Any = Directory(upstream)
    assert (await directory.members()).once(count_roles) == {"admin": 1}
    found.append(MEMBERS[1])
    directory.forget_members()
    assert (await directory.members()).once(count_roles) == {"admin": 1, "user": 1}
    assert set(await directory.members_by_id()) == {"user_0", "user_1"}


async def test_one_changed_key_is_noted_as_the_api_answered_and_a_lost_answer_reads_all_again() -> None:
    upstream = Upstream()
    directory = Directory(upstream)  # type: ignore[arg-type]
    admin = FencedAdmin(upstream, directory, lambda: True)  # type: ignore[arg-type]
    await directory.keys()
    await admin.update_api_key("k2", "two", None)
    await admin.create_api_key("w", "three")
    assert [(key.id, key.name) for key in await directory.keys()] == [("k3", "three"), ("k1", "one"), ("k2", "two")]
    assert upstream.reads == 1
    upstream.fails = True
    with pytest.raises(UpstreamDown):
        await admin.update_api_key("k1", "lost", None)
    assert [key.name for key in await directory.keys()] == ["three", "lost", "two"]
    assert upstream.reads == 2


async def test_what_was_read_before_a_change_is_not_kept_after_it() -> None:
    upstream = Upstream()
    directory = Directory(upstream)  # type: ignore[arg-type]
    directory.note_key(a_key("k9"))
    assert [key.id for key in await directory.keys()] == ["k1", "k2"], "nothing was known, so all are read"


async def test_an_organization_without_a_single_member_is_not_believed() -> None:
    answers = [MEMBERS, [], MEMBERS]

    async def users() -> AsyncIterator[Member]:
        for member in answers.pop(0):
            yield member

    admin: Any = SimpleNamespace(users=users)
    directory = Directory(admin)
    assert len(await directory.members()) == len(MEMBERS)
    with pytest.raises(UpstreamDown, match="its list of members is empty"):
        await directory.members(fresh=True)
    assert len(await directory.members(fresh=True)) == len(MEMBERS)
