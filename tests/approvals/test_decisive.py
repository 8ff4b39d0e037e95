"""Cards carry what a decision needs: first lines that are enough on a phone, and a purpose that stays."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from bot.approvals.cards.card import render_card
from bot.approvals.cards.details import details_view
from bot.approvals.cards.lists import request_list
from bot.approvals.known import Asker, Known, KnownKey, Use
from bot.approvals.model import Status, Verdict
from bot.kinds.people.change_role import _ROLE
from bot.slack.markup import date as date_of
from bot.slack.paging import Page
from tests.approvals.kind_badge import WITH_BADGE
from tests.approvals.samples import ASKED, BOB, a_request, decision, facts_of

KIND_NAMES = sorted(WITH_BADGE)
USE = Use(cost=Decimal("631.2"), is_whole=True, last_day=date(2026, 11, 22), days=30, as_of=ASKED)
ASKER = Asker(role="developer", keys=3, use=Use(cost=Decimal("41.2"), is_whole=True, days=30, as_of=ASKED))
KEY = KnownKey(owner="U0NOAH", use=USE)


def lines(kind: str = "revoke_key", **more: Any) -> list[str]:
    more = {"known": Known(asker=ASKER, key=KEY if kind.endswith("_key") and kind != "create_key" else None)} | more
    return list[str](render_card(facts_of(a_request(kind, **more))).text.splitlines())


def test_three_lines_decide_about_a_key() -> None:
    assert lines()[:3] == [
        "⏳ *<@U0ALICE> asks to revoke a key* — `nightly` in *Staging*",
        "Key of <@U0NOAH>, last used 22 Nov 2026, $631.20 in 7 days"
        " · <@U0ALICE> (developer) has 3 active keys ($41.20 in 7 days)",
        "> Nightly ingestion job",
    ]


@pytest.mark.parametrize("kind", KIND_NAMES)
def test_every_card_says_for_how_long_who_asks_by_which_rule_and_what_then(kind: str) -> None:
    first, second, third, *rest = lines(kind)
    assert "<@U0ALICE> asks" in first
    could_end = bool(WITH_BADGE[kind].rules.last_day)
    assert second.startswith("For good · ") == could_end, "only what could have been given until a day is given for good"
    assert second.startswith("Until it is enabled again · ") == (kind == "disable_key")
    assert second.endswith("<@U0ALICE> (developer) has 3 active keys ($41.20 in 7 days)")
    assert third == "> Nightly ingestion job"
    assert "Needs 1 approval from <!subteam^S0ADMINS>" in rest
    assert any(line.startswith(("on approval I ", "after that, an approver ")) for line in rest)
    assert any(line.startswith("figures as of <!date^") and line.endswith("(UTC days)") for line in rest)
    ends_at = datetime.fromisoformat("2026-12-31T23:59:59+00:00")
    ends = lines(kind, ends_at=ends_at)
    assert ends[1].startswith(f"Until {date_of(ends_at)} · ")
    done = render_card(facts_of(a_request(kind, status=Status.APPLIED))).text.splitlines()
    assert ("For good" in done) == could_end, "what was decided keeps saying how long it lasts"
    done = render_card(facts_of(a_request(kind, status=Status.APPLIED, ends_at=ends_at))).text
    assert "For good" not in done


def test_a_card_about_a_workspace_with_a_twin_says_which_one() -> None:
    for kind in ("workspace_access", "create_key", "update_workspace", "set_spend_limit"):
        request = a_request(kind, known=Known(twin=True))
        assert request.workspace_id
        said = render_card(facts_of(request)).text
        assert said.count(f"This is about `{request.workspace_id}`.") == 1, said
        assert "⚠️ Several workspaces are called *" in said
        assert "Several workspaces" not in render_card(facts_of(a_request(kind))).text


def test_what_is_not_known_says_so() -> None:
    def second(asker: Asker | None, key: KnownKey | None) -> str:
        return lines(known=Known(asker=asker, key=key))[1]

    assert second(Asker(role="claude_code_user"), KnownKey(maker="Noah *N*")) == (
        "Key of Noah ∗N∗, use unknown · <@U0ALICE> (Claude Code user), keys unknown"
    )
    idle = Use(cost=Decimal(0), days=4, as_of=ASKED)
    assert "Owner unknown, no use in 4 days · " in second(ASKER, KnownKey(use=idle))
    assert "Owner unknown, never used · " in second(ASKER, KnownKey(use=idle.model_copy(update={"is_never": True})))
    assert "at least $1.00 in 7 days" in second(ASKER, KnownKey(use=Use(cost=Decimal(1), last_day=date(2026, 11, 22))))
    assert second(Asker(role="developer", keys=0), None) == "<@U0ALICE> (developer) has no active keys"
    assert second(None, None) == "> Nightly ingestion job"


def test_roles_are_said_in_words_wherever_people_read_them() -> None:
    wanted = {"slack_id": "U0DANA", "role": "claude_code_user", "from_role": "billing", "member_name": "Dana"}
    for status in Status:
        request = a_request("change_role", status, payload=wanted)
        facts = facts_of(request)
        said = [
            render_card(facts).text,
            str(details_view(facts, Page([]))),
            facts.title,
            facts.yours,
            facts.after,
            facts.wish,
        ]
        assert not [one for one in said if "claude_code_user" in one], status
        assert "Role Claude Code user for Dana" in facts.title
    assert _ROLE.in_words("claude_code_user") == "Claude Code user"


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("kind", KIND_NAMES)
def test_a_card_keeps_its_purpose_who_asked_and_who_decided(kind: str, status: Status) -> None:
    more: dict[str, Any] = {}
    if status in (Status.WITHDRAWN, Status.EXPIRED):
        more = {"decisions": (decision(BOB),), "approved_at": ASKED, "outcome": {"given_up_by": "U0CAROL"}}
    text = "\n".join(lines(kind, status=status, **more))
    assert "> Nightly ingestion job" in text
    assert "<@U0ALICE>" in text
    request = a_request(kind, status, **more)
    decided = "approved by <@U0BOB>" if request.said(Verdict.APPROVE) else "enied by <@U0BOB>"
    assert status is Status.PENDING or decided in text


@pytest.mark.parametrize("status", Status)
def test_lists_show_an_end_that_is_ahead(status: Status) -> None:
    ends_at = datetime.fromisoformat("2026-12-31T23:59:59+00:00")
    request = a_request(status=status, ends_at=ends_at)
    page = Page([(request, "API key nightly in Staging")])
    is_ahead = request.is_open or request.is_granted
    assert str(request_list(page, page, "claude").blocks).count(f" · until {date_of(ends_at)}") == 2 * is_ahead


def test_details_say_the_same_and_what_happens_then() -> None:
    view = str(details_view(facts_of(a_request("revoke_key", known=Known(asker=ASKER, key=KEY))), Page([])))
    for part in ("last used 22 Nov 2026", "(developer) has 3 active keys", "*On approval* I revoke the key at once"):
        assert part in view
    assert "*When asked* Key of" in view
    assert "*Then*" not in view
