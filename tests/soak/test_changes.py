"""What the soak takes for a change: an effect that came twice isn't overlooked, a call that was repeated isn't one."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

from bot.approvals.model import Status
from bot.sandbox.wire import Exchange
from tests.approvals.samples import a_request
from tests.soak.changes import made, wanted
from tests.soak.world import Soak

Write = tuple[str, dict[str, Any], dict[str, Any]]
AT = datetime(2026, 11, 23, tzinfo=UTC)


def soak_with(*writes: Write) -> Soak:
    found = [
        Exchange(seq, AT, "claude", "in", f"{method} /v1/organizations/{path}", 200, {"body": body}, answer)
        for seq, (name, body, answer) in enumerate(writes)
        for method, _, path in [name.partition(" ")]
    ]
    return cast("Soak", SimpleNamespace(writes=found))


def test_what_is_made_twice_counts_twice_and_what_is_set_twice_once() -> None:
    invite: Write = ("POST invites", {}, {"email": "kim@acme.test", "role": "developer"})
    role: Write = ("POST workspaces/w/members/u", {"workspace_role": "workspace_user"}, {})
    gone: Write = ("DELETE workspaces/w/members/u", {}, {})
    limit: Write = ("POST spend_limits", {"scope": {"workspace_id": "w"}, "amount": "500000"}, {"id": "spl_1"})
    over: Write = ("DELETE spend_limits/spl_1", {}, {})
    assert made(soak_with(invite, invite, role, role, gone, limit, limit, over)) == {
        ("kim@acme.test", "sent"): ["developer", "developer"],
        ("w:u", "role"): ["workspace_user", "none"],
        ("w", "limit"): ["$5,000.00", "no limit"],
    }


def test_parts_that_were_done_are_wanted_and_others_are_not() -> None:
    parts = [
        {"name": "invite:kim@acme.test", "label": "kim", "state": "done", "thing_id": "user_1"},
        {"name": "join:kim@acme.test:w", "label": "kim", "state": "done"},
        {"name": "invite:lou@acme.test", "label": "lou", "state": "refused"},
    ]
    request = a_request("invite_members", Status.APPLIED).model_copy(update={"id": "r"})
    outcome = request.outcome.model_validate({"parts": parts})
    known = {"r": request.model_copy(update={"outcome": outcome})}
    assert wanted(soak_with(), known, []) == {
        ("kim@acme.test", "sent"): ["developer"],
        ("w:user_1", "role"): ["workspace_developer"],
    }


def test_a_limit_that_nobody_set_is_not_wanted() -> None:
    for state, values in (("done", {("w_1", "limit"): ["$5,000.00"]}), ("over", {})):
        parts = [
            {"name": "workspace:live", "label": "Kim live", "state": "done", "thing_id": "w_1"},
            {"name": "limit:live", "label": "Limit of Kim live", "state": state, "thing_id": "req_1"},
        ]
        request = a_request("create_workspace", Status.APPLIED)
        outcome = request.outcome.model_validate({"parts": parts})
        known = {"r": request.model_copy(update={"outcome": outcome, "payload": request.payload | {"limit": "5000"}})}
        assert wanted(soak_with(), known, []) == {("Kim live", "made"): ["w_1"], **values}
