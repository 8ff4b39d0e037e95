"""What the card of somebody says to who hears it, as to who sees it."""

from datetime import UTC, date, datetime
from decimal import Decimal

from bot.admin.model import ApiKey, Member
from bot.directory.use import KeyUse
from bot.organization.keys_view import KeyLine
from bot.organization.person_view import PersonFacts, person_card
from bot.slack.paging import numbered
from bot.words.calendars import UTC_DAYS

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_costs_come_with_their_as_of_and_whether_they_are_final_in_both_texts() -> None:
    use = KeyUse(Decimal(2), last_day=date(2026, 11, 21), as_of=NOW, month_cost=Decimal(9), is_whole_month=True)
    key = ApiKey(id="apikey_1", name="ingest", status="active", workspace_id=None, created_at=NOW)
    member = Member(id="user_1", email="priya@acme.test", name="Priya", role="developer")
    keys = numbered([KeyLine(key, "Default")], "", 5)
    card = person_card(PersonFacts("U0PRIYA", member.email, member, keys=keys, use={key.id: use}), UTC_DAYS)
    for text in (card.text, str(card.blocks)):
        assert "$9.00* in 30 days" in text
        assert "Costs and days of use as of <!date^" in text
        assert "not final (UTC days)" in text
