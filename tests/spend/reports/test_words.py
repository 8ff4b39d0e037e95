"""What people type for a report, and that each button is read back as what it meant."""

from bot.spend.reports.model import Wanted
from bot.spend.reports.registry import REPORTS
from bot.spend.reports.words import NotRead, read_wanted, typed

TAGS = ("cost_center", "team", "data class", "product", "on call")
UNDERSTOOD = {
    "tokens": Wanted("tokens"),
    "Usage 90d": Wanted("tokens", "90d"),
    "Token trends last month": Wanted("tokens", "last month"),
    "team productivity": Wanted("team"),
    "Cost Allocation by team": Wanted("allocation", tag="team"),
    "model comparison estimates": Wanted("models", part="estimates"),
    "tokens last month": Wanted("tokens", "last month"),
    "models estimates": Wanted("models", part="estimates"),
    "compare last week estimates": Wanted("models", "last week", part="estimates"),
    "people mtd": Wanted("team", "mtd"),
    "allocation": Wanted("allocation"),
    "allocation by team": Wanted("allocation", tag="team"),
    "allocation team 7d": Wanted("allocation", "7d", "team"),
    "allocation 7d by Cost Centre": Wanted("allocation", "7d", "cost_center"),
    "allocation by cost-center 30d": Wanted("allocation", tag="cost_center"),
    "chargeback by costcentre": Wanted("allocation", tag="cost_center"),
    "allocation by data class october": Wanted("allocation", "october", "data class"),
    "allocation by product": Wanted("allocation", tag="product"),
    "allocation on call 7d": Wanted("allocation", "7d", "on call"),
    "allocation by tag team for october": Wanted("allocation", "october", "team"),
}
NOT = {
    "modls 7d": NotRead("modls", "models 7d"),
    "xyzzy": NotRead("xyzzy"),
    "tokens by team": NotRead("by team", "tokens 30d"),
    "models october in Production": NotRead("in Production", "models october", narrows=True),
    "allocation by product in Production": NotRead("in Production", 'allocation 30d by "product"', narrows=True),
    "allocation by team in Production and key X": NotRead(
        "in Production and key X", 'allocation 30d by "team"', narrows=True
    ),
    "tokens please last month": NotRead("please", "tokens last month"),
    "tokens 7d 8d": NotRead("8d", "tokens 7d"),
    "tokens 30d 7d": NotRead("7d", "tokens 30d"),
    "tokens 7d 3 Oct to 17 Oct": NotRead("3 Oct to 17 Oct", "tokens 7d"),
    "models estimate": NotRead("estimate", "models estimates 30d"),
    "allocation by teem": NotRead("teem", 'allocation 30d by "team"', is_tag=True),
    "allocation by zzz": NotRead("zzz", "", is_tag=True),
}


def test_words_are_read_in_any_order_and_what_is_not_is_named() -> None:
    assert {said: read_wanted(said.split(), TAGS) for said in UNDERSTOOD} == UNDERSTOOD
    assert {said: read_wanted(said.split(), TAGS) for said in NOT} == NOT
    assert read_wanted(()) is None


def test_what_a_button_carries_is_read_back() -> None:
    from bot.commands.parse import split_words

    for report in REPORTS:
        for part in ("", *report.parts):
            for period in ("30d", "7d", "last month", "2026-10", "2026-11-16..2026-11-22", "mtd"):
                for tag in ("", *TAGS) if report.has_tag else ("",):
                    wanted = Wanted(report.name, period, tag, part)
                    assert read_wanted(split_words(typed(wanted)), TAGS) == wanted
