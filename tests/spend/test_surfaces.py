"""Every surface that shows money or usage, driven by everybody: each sees what the setting lets them see at that click."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import product
from types import SimpleNamespace
from typing import Any, cast

import handlers
from bot.admin.model import Member
from bot.errors import UpstreamMissing, UserError
from bot.people.model import Actor
from bot.policy.model import ApproverKind, ApproverRef, Policy
from bot.slack.paging import turn_to
from bot.store.session import Store
from handlers.edge.interaction import Interaction
from tests.spend.world import BUSY, COSTS, LAB, Slack, fill, runtime, stands, subscribe

DRIVEN: Mapping[str, str] = {
    "spend_retry": "yesterday by key",
    "spend_all": "yesterday by model",
    "spend_by_key": "yesterday by key",
    "spend_by_person": "yesterday by person",
    "spend_by_tier": "yesterday by tier",
    "spend_csv": "yesterday by key",
    "page_spend_next": turn_to(">0", "yesterday by key"),
    "help_spend": "",
    "spend_share": "yesterday by key",
    "spend_breakdown": "1",
    "spend_part": "1:key",
    "page_spend_breakdown_next": turn_to(">0", "1"),
    "page_spend_part_next": turn_to(">0", "1:workspace"),
    "spend_records": "yesterday",
    "spend_records_csv": "yesterday",
    "page_spend_records_next": turn_to(">0", "yesterday"),
    "spend_reconcile_csv": "2026-11",
    "spend_reconcile_before": "2026-11",
    "spend_reconcile_after": "2026-11",
    "page_spend_reconcile_next": turn_to(">0", "2026-11"),
}
"""What each button carries; a forged value is no different."""
SHARED = {"spend_share": "yesterday by key", "report_share": "models yesterday"}
"""The buttons that tell a channel, who reads all of it."""
QUIET = {
    "spend_ask": "opens the form, whose answer is that of a command",
    "spend_digest_settings": "opens the form, which shows schedules",
    "spend_digest_more": "mutes or stops",
    "spend_alert_acknowledge": "says who looks after it",
    "help_digest": "opens the form",
    "spend_digest_mute": "mutes",
    "spend_digest_stop": "stops",
    "spend_alert_remove": "removes",
    "spend_amount": "a hint while typing",
}
"""Buttons of the same features that show no figure of spend."""
WITH_MONEY = {"spend", "spend_ask", "spend_forms", "spend_records", "spend_reconcile"}
WITH_MONEY_BESIDES = {
    "workspaces", "keys", "member_card", "home", "claude_code", "requests",
    "spend_reports", "spend_scheduled", "rate_limits", "advice",
}  # fmt: skip
"""Lists, cards, reports, limits and the App Home ask `scope_of` in what they gather; Claude Code has a rule of its own;
requests are for those who decide, and advice is for admins."""
WITHOUT = {
    "by_hand", "request_lists", "members", "member_lists", "members_picked", "invites", "forms", "limits", "admin", "events",
}  # fmt: skip


def test_no_surface_is_forgotten() -> None:
    modules = {name: part for name, part in vars(handlers).items() if getattr(part, "FEATURE", None) in handlers.FEATURES}
    assert set(modules) == WITH_MONEY | WITH_MONEY_BESIDES | WITHOUT
    every = {one for name in WITH_MONEY for one in modules[name].FEATURE.actions}
    kinds = {one: _kind(one) for one in every}
    driven, quiet = {_kind(one) for one in DRIVEN}, set(QUIET)
    assert {kind for kind in kinds.values() if kind not in driven | quiet} == set()
    assert {one for one in driven | quiet if one not in kinds.values()} == set()


def _kind(action_id: str) -> str:
    """Return an action without which way a page is turned and by what is split."""
    if action_id.startswith("spend_by_"):
        return "spend_by"
    return action_id.removesuffix("_next").removesuffix("_previous").removesuffix("_first").removesuffix("_last")


@dataclass
class Company:
    """The organization as scopes ask it: Alice has a role in Research, Noah made the key of Production."""

    roles: dict[str, set[str]] = field(default_factory=lambda: {LAB: {"alice"}})

    async def user(self, member_id: str) -> Member:
        role = {"adam": "admin", "bill": "billing"}.get(member_id, "developer")
        return Member(id=member_id, email="", name="", role=role)

    async def workspace_member(self, workspace_id: str, user_id: str) -> Any:
        if user_id not in self.roles.get(workspace_id, set()):
            raise UpstreamMissing("Not in it.")
        return SimpleNamespace(workspace_role="workspace_developer")

    async def workspaces(self) -> list[Any]:
        return [SimpleNamespace(id=LAB, name="Research", is_default=False, tags={})]

    async def archived_workspaces(self) -> list[Any]:
        return []

    async def members(self) -> list[Member]:
        return []

    async def roles_in(self, _: str) -> dict[str, str]:
        return {"alice": "workspace_developer"}


@dataclass
class Told(Slack):
    """A Slack that keeps the files that it gets."""

    content: list[str] = field(default_factory=list[str])

    async def put_file(self, name: str, content: bytes, alt_text: str) -> str:
        self.content.append(content.decode())
        return "F0BELOW"

    async def is_in_workspace(self) -> bool:
        return True


ACTORS: Mapping[str, tuple[tuple[str, ...], str, tuple[bool, bool]]] = {
    "everybody": (("all",), "alice", (True, True)),
    "own workspace": (("own",), "alice", (False, True)),
    "own key": (("own",), "noah", (True, False)),
    "nothing": (("own",), "omar", (False, False)),
    "in the group": (("finance",), "fay", (True, True)),
    "not in the group": (("finance",), "omar", (False, False)),
    "admin": (("own",), "adam", (True, True)),
    "billing": (("own",), "bill", (True, True)),
}
"""By whom: the setting, the member, and whether they see Production's and Research's figures."""


def act(rt: Any, member: str, action_id: str) -> Interaction:
    call = Interaction(rt, {}, f"U0{member.upper()}", "T0ACME", channel=COSTS, value={**DRIVEN, **SHARED}[action_id])
    call.set_actor(Actor(call.user_id, Member(id=member, email="", name="", role="developer"), "UTC"))
    return call


def rt_of(store: Store, slack: Slack, company: Company, setting: tuple[str, ...]) -> Any:
    rt = cast("Any", runtime(store, cast("Any", company), slack))
    rt.directory = company
    rt.settings.spend_visible_to = setting

    async def keys_of(_slack: str, member: str) -> frozenset[str]:
        return frozenset({"apikey_ingest"} if member == "noah" else ())

    async def refresh_policy() -> Policy:
        return Policy(groups={"finance": (ApproverRef(kind=ApproverKind.USER, id="U0FAY"),)})

    rt.keys_of, rt.refresh_policy = keys_of, refresh_policy
    return rt


def listener(action_id: str) -> Callable[[Interaction], Any]:
    found = [one.actions[action_id] for one in handlers.FEATURES if action_id in one.actions]
    return cast("Any", getattr(found[0], "run", found[0]))


async def shown(rt: Any, slack: Told, member: str, action_id: str) -> str:
    """Return all that somebody, or a channel, gets to read after an act."""
    slack.posts.clear()
    slack.content.clear()
    try:
        await listener(action_id)(act(rt, member, action_id))
    except UserError as refusal:
        return refusal.sentence
    return "\n".join([*(f"{one.message.text}{one.message.blocks}" for one in slack.posts), *slack.content])


RECONCILED = [one for one in DRIVEN if "reconcile" in one]
NEEDS_ALL = {**dict.fromkeys(RECONCILED, "you may see only your own"), "spend_share": "I don't share them"}
"""What who doesn't see all reads where a part of the figures would be taken for all of them."""


async def test_everybody_sees_by_each_button_what_they_may_and_no_more(store: Store) -> None:
    await fill(store, BUSY)
    await stands(store, await subscribe(store), "1.1")
    slack, company = Told(), Company()
    for action_id, (actor, (setting, member, sees)) in product(DRIVEN, ACTORS.items()):
        who = f"{action_id} by {actor}"
        text = await shown(rt_of(store, slack, company, setting), slack, member, action_id)
        found = tuple(f"${one}.00" in text or f",{one}.00" in text for one in (150, 25, 175))
        may = (*sees, all(sees))
        if action_id in NEEDS_ALL:
            assert (who, NEEDS_ALL[action_id] in text) == (who, not all(sees)), text
        else:
            assert (who, any(found)) == (who, any(may)), text
        assert (who, [one for one, seen in zip(found, may, strict=True) if one and not seen]) == (who, []), text


async def test_who_sees_a_part_shares_no_part_whatever_it_is(store: Store) -> None:
    await fill(store, BUSY)
    slack, company = Told(), Company()
    for action_id in SHARED:
        for who, (setting, member, sees) in ACTORS.items():
            text = await shown(rt_of(store, slack, company, setting), slack, member, action_id)
            assert (who, "so I don't share them" in text, "$175.00" in text) == (who, not all(sees), all(sees)), text


async def test_who_lost_a_role_between_two_clicks_sees_less_at_the_second(store: Store) -> None:
    await fill(store, BUSY)
    slack, company = Told(), Company()
    rt = rt_of(store, slack, company, ("own",))
    assert "$25.00" in await shown(rt, slack, "alice", "spend_all")
    company.roles.clear()
    assert "$25.00" not in await shown(rt, slack, "alice", "spend_all")
