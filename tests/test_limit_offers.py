"""A new workspace whose limit nobody set: its card leads to the form that asks for it, filled in."""

from typing import Any

import pytest

from bot.approvals.cards.card import render_card
from bot.approvals.model import Status
from bot.approvals.offers import only
from bot.kinds.workspaces.create import CREATE_WORKSPACE
from bot.kinds.workspaces.create_limit import BY_HAND, IN_VAIN
from tests.approvals.samples import a_request, facts_of, payload_of


def made(environment: str, note: str, state: str) -> list[dict[str, Any]]:
    return [
        {"name": f"workspace:{environment}", "label": environment, "state": "done", "thing_id": f"wrkspc_{environment}"},
        {"name": f"limit:{environment}", "label": environment, "state": state, "note": note},
    ]


@pytest.mark.parametrize(
    ("parts", "served", "leads_to"),
    [
        (made("production", IN_VAIN, "over") + made("staging", IN_VAIN, "over"), (), "wrkspc_production"),
        (
            made("production", IN_VAIN, "over") + made("staging", IN_VAIN, "over"),
            ("wrkspc_production",),
            "wrkspc_staging",
        ),
        (made("production", IN_VAIN, "over"), ("wrkspc_production",), None),
        (made("production", "$500.00 a month", "done") + made("staging", IN_VAIN, "over"), (), "wrkspc_staging"),
        (made("production", "$500.00 a month", "done"), (), None),
        (made("production", f"$500.00 a month, {BY_HAND}", "waits"), (), None),
        (made("production", "somebody set $1.00 a month meanwhile, and I left it at that.", "refused"), (), None),
    ],
)
def test_a_limit_that_is_left_to_a_person_has_a_button_that_asks_for_it(
    parts: list[dict[str, Any]], served: tuple[str, ...], leads_to: str | None
) -> None:
    payload = payload_of("create_workspace") | {"limit": "500.00"}
    request = a_request("create_workspace", Status.APPLIED, payload=payload, outcome={"parts": parts, "served": served})
    assert CREATE_WORKSPACE.offers
    filled = CREATE_WORKSPACE.offers.filled(CREATE_WORKSPACE.asked(request))
    found = (filled.values["workspace_id"], filled.values["amount"]) if filled else None
    assert found == ((leads_to, "500.00") if leads_to else None)
    left = CREATE_WORKSPACE.offers.each(CREATE_WORKSPACE.asked(request))
    for one in left:  # each of several is asked for by itself
        alone = CREATE_WORKSPACE.offers.filled(CREATE_WORKSPACE.asked(only(request, left, one)))
        assert alone
        assert (alone.values["workspace_id"], alone.labels["workspace_id"]) == (one, left[one])
    assert ("Spend limit…" in str(render_card(facts_of(request)).blocks)) == bool(leads_to)
