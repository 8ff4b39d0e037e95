"""What somebody leaves behind who is removed from the organization: their keys, and what is to happen to each."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from pydantic import BaseModel, ConfigDict

from bot.admin.model import ApiKey, Member
from bot.approvals.act import Reading, reading_of
from bot.approvals.snapshot import keys_of_person
from bot.errors import InvalidInput
from bot.kinds.keys.create import CREATE_KEY
from bot.people.model import Who
from bot.runtime import Runtime
from bot.words.own import Own

KEY_FATES: Final = "key_fates"
FATES: Final[dict[str, Own]] = {"keep": "keep", "disable": "disable", "revoke": "revoke"}
"""What may happen to a key: it goes on under a new owner, it is switched off, or it is ended for good."""
WORKING = ("active", "inactive")
"""The statuses of keys that work or could work again."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class LeftKey(_Frozen):
    """A key of somebody who leaves, as it was when it was asked; `cost` is dollars in 30 days, None without figures."""

    id: str
    name: str
    place: str
    status: str
    fate: str
    cost: Decimal | None = None
    last_day: date | None = None


class LeftInvite(_Frozen):
    """A pending invite of somebody's address."""

    id: str
    email: str


class RemoveMember(_Frozen):
    """Who is removed, and what happens to each of their keys. What stands below `key_fates` is completed at the ask.

    `fate` holds for all keys but those of `key_fates`, which has choices for single ones. `new_owner` is a Slack id.
    `dying` are the names of keys that stop with the membership; `of_others` counts keys that they made for somebody else.
    `workspaces` are those with an explicit role, None where these weren't looked up. `slack_id` is their linked account.
    """

    member_id: str
    fate: str = ""
    new_owner: str = ""
    key_fates: tuple[str, ...] = ()
    member_name: str = ""
    email: str = ""
    role: str = ""
    slack_id: str = ""
    is_active: bool = False
    """Whether that account is one to which the bot may write."""
    owner: Who | None = None
    workspaces: tuple[str, ...] | None = None
    last_admin_of: tuple[str, ...] = ()
    """Those that have no other admin of their own."""
    invites: tuple[LeftInvite, ...] = ()
    keys: tuple[LeftKey, ...] = ()
    dying: tuple[str, ...] = ()
    of_others: int = 0
    as_of: datetime | None = None
    is_whole: bool = False
    newest: date | None = None
    is_final: bool = False


@dataclass(frozen=True)
class Belongings:
    """The living keys of somebody: those that stay and need a decision, and those that stop with the membership."""

    slack_id: str
    staying: Sequence[ApiKey]
    dying: Sequence[ApiKey]
    of_others: int


async def belongings_of(reading: Reading, member_id: str, *, fresh: bool = False) -> Belongings:
    """Return what somebody has. Those that they made for somebody else, who asked for them, are that one's."""
    slack_id = await reading.others.account_of(member_id)
    keys = await reading.directory.keys(fresh=fresh)
    theirs = await keys_of_person(reading.others, keys, [CREATE_KEY.name], slack_id, member_id)
    living = [key for key in keys if key.status in WORKING]
    homes = await asyncio.gather(*map(reading.directory.home_of, living))
    staying, dying, of_others = list[ApiKey](), list[ApiKey](), 0
    for key, home in zip(living, homes, strict=True):
        is_made = key.created_by == member_id
        if _acts_as(key, member_id) or (is_made and home is not None and home.is_claude_code):
            dying.append(key)
        elif key.id in theirs:
            staying.append(key)
        elif is_made:
            of_others += 1
    return Belongings(slack_id, staying, dying, of_others)


def _acts_as(key: ApiKey, member_id: str) -> bool:
    """Tell whether a key is a personal one: it acts as its principal and dies with that membership (admin-api.md §4.2)."""
    return key.principal_type == "user" and key.principal_id == member_id


async def keys_left(rt: Runtime, member_id: str) -> Sequence[ApiKey]:
    """Return the keys of a member about which somebody has to decide when they leave."""
    return (await belongings_of(reading_of(rt), member_id)).staying


def choice_of(key_id: str, fate: str) -> str:
    """Return what a choice for one key is stored as."""
    return f"{fate}-{key_id}"


def fates_of(choices: Sequence[str], keys: Sequence[ApiKey]) -> dict[str, str]:
    """Return by id what was chosen for single keys; InvalidInput for what isn't theirs or was chosen twice."""
    names, found = {key.id: key.name for key in keys}, dict[str, str]()
    for choice in choices:
        fate, _, key_id = choice.partition("-")
        if fate not in FATES or key_id not in names:
            raise InvalidInput({KEY_FATES: "One of these keys isn't theirs any more. Choose again."})
        if key_id in found:
            raise InvalidInput({KEY_FATES: f"You chose two things for {names[key_id]}. Choose one."})
        found[key_id] = fate
    return found


def member_label(member: Member) -> str:
    """Return what a menu says of a member."""
    return member.name or member.email
