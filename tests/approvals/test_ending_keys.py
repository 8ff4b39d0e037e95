"""The keys that end with what is asked: named on the card by their use, however many there are, and never passed over."""

from decimal import Decimal

from bot.approvals.cards.card import render_card
from bot.approvals.cards.details import details_view
from bot.approvals.known import Known, KnownKeys, NamedKey, Use
from bot.approvals.model import Status
from bot.sandbox.slack.validation import validate_blocks
from bot.slack.paging import Page
from tests.approvals.samples import ASKED, NASTY, a_request, facts_of

USE = Use(cost=Decimal("631.2"), is_whole=True, last_day=ASKED.date(), days=30, as_of=ASKED)
KEYS = KnownKeys(
    total=1003,
    use=USE,
    first=(NamedKey(name="nightly", owner="U0NOAH", use=USE), NamedKey(name=NASTY, status="inactive", maker=NASTY)),
)


def card(keys: KnownKeys, status: Status = Status.PENDING) -> str:
    message = render_card(facts_of(a_request("archive_workspace", status, known=Known(keys=keys))))
    assert not validate_blocks(message.blocks, "message")
    return message.text


def test_the_most_used_keys_are_named_and_the_others_counted() -> None:
    text = card(KEYS)
    assert "⚠️ *1,003 keys* end with it ($631.20 in 7 days):" in text
    assert "• `nightly` — Key of <@U0NOAH>, last used 23 Nov 2026, $631.20 in 7 days" in text
    assert ", disabled — Key of " in text
    assert "and 1001 more" in text
    assert "<!channel>" not in text
    assert "figures as of <!date^" in text


def test_no_keys_and_keys_that_could_not_be_read_are_not_the_same() -> None:
    assert "No keys end with it." in card(KnownKeys(total=0))
    assert "I couldn't look up which keys end with it. Check before you decide." in card(KnownKeys())
    assert "use unknown" in card(KnownKeys(total=1, first=(NamedKey(name="x"),)))


def test_what_is_decided_keeps_it_in_the_details_alone() -> None:
    assert "end with it" not in card(KEYS, Status.DENIED)
    request = a_request("archive_workspace", Status.DENIED, known=Known(keys=KEYS))
    assert "1,003 keys" in str(details_view(facts_of(request), Page([])))
