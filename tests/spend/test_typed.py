"""What is typed after `digest`, `alert` and `report schedule` fills in the form, and what can't be is named there."""

from typing import Any

import pytest

from bot.commands.parse import split_words
from bot.forms.draw import Frame
from bot.slack import ids
from bot.spend.digests.schedule import TIMES
from bot.spend.reports.schedule.forms import schedule_frame
from bot.spend.typed import Typed, alert_typed, digest_typed, schedule_starts, schedule_typed
from bot.spend.unread import noting

NAMES = {"w1": "Production", "w2": "Data Platform", "w3": "Data", "w4": "Twice", "w5": "twice"}
TIME, ZONE, ABOUT, WHERE = ids.SPEND_TIME, ids.SPEND_ZONE, ids.SPEND_WORKSPACES, ids.SPEND_CHANNEL
AMOUNT, PERIOD, STEPS, ONE = ids.SPEND_AMOUNT, ids.SPEND_PERIOD, ids.SPEND_STEPS, ids.SPEND_WORKSPACE


@pytest.mark.parametrize(
    ("words", "values", "unread"),
    [
        ("", {}, []),
        ("09:00", {TIME: "09:00"}, []),
        ("at 9", {TIME: "09:00"}, []),
        ("every morning at 8.30 am Berlin", {TIME: "08:30", ZONE: "Europe/Berlin"}, []),
        ("7:30 pm (New York)", {TIME: "19:30", ZONE: "America/New_York"}, []),
        ("12am", {}, ["12am"]),
        ("13pm 9:15 25:00", {}, ["13pm", "9:15", "25:00"]),
        ("2 am UTC +2 weekly", {}, ["2 am", "UTC +2", "weekly"]),
        ("(CET) at 10 PST", {TIME: "10:00", ZONE: "CET"}, ["PST"]),
        ("9:00 10:00", {TIME: "09:00"}, ["10:00"]),
        ("europe/berlin", {ZONE: "Europe/Berlin"}, []),
        ("production, data platform", {ABOUT: ("w1", "w2")}, []),
        ("for Data Production Data in <#C0X1|llm-costs>", {ABOUT: ("w3", "w1"), WHERE: "C0X1"}, []),
        ("twice", {}, ["twice"]),
        ("#llm-costs nonsense 9", {TIME: "09:00"}, ["#llm-costs", "nonsense"]),
        ("stop", {}, []),
        ("off at 9", {TIME: "09:00"}, []),
        ("9:00 without Data Platform", {TIME: "09:00"}, ["without Data Platform"]),
        ("all but Production and Data at 9", {TIME: "09:00"}, ["but Production and Data"]),
        ("-production without", {}, ["-production", "without"]),
    ],
)
def test_a_digest(words: str, values: dict[str, Any], unread: list[str]) -> None:
    typed = digest_typed(split_words(words), NAMES)
    assert (typed.values, typed.unread) == (values, unread)


@pytest.mark.parametrize(
    ("words", "values", "unread"),
    [
        ("$1,500 monthly", {AMOUNT: "1500.00", PERIOD: "monthly"}, []),
        ("2k per day", {AMOUNT: "2000.00", PERIOD: "daily"}, []),
        ("500 a month for data platform at 80 % and 50%", {AMOUNT: "500.00", PERIOD: "monthly", ONE: "w2"}, []),
        ("when Production reaches 40", {AMOUNT: "40.00", ONE: "w1"}, []),
        ("Production Data 5", {AMOUNT: "5.00", ONE: "w1"}, ["Data"]),
        ("5 6", {AMOUNT: "5.00"}, ["6"]),
        ("1,5 month", {AMOUNT: "1,5", PERIOD: "monthly"}, ["1,5"]),
        ("0,075 a day", {AMOUNT: "0,075", PERIOD: "daily"}, ["0,075"]),
        ("€500", {AMOUNT: "€500"}, ["€500"]),
        ("5 EUR", {AMOUNT: "5 EUR"}, ["5 EUR"]),
        ("5 euros a month", {AMOUNT: "5 euros", PERIOD: "monthly"}, ["5 euros"]),
        ("1 000 a month", {AMOUNT: "1 000", PERIOD: "monthly"}, ["1 000"]),
        ("€ 500", {AMOUNT: "€ 500"}, ["€ 500"]),
        ("EUR 500 daily", {AMOUNT: "EUR 500", PERIOD: "daily"}, ["EUR 500"]),
        ("$ 500 for Data", {AMOUNT: "500.00", ONE: "w3"}, []),
        ("usd 500", {AMOUNT: "500.00"}, []),
        ("$2 500 000.00 USD", {AMOUNT: "$2 500 000.00 USD"}, ["$2 500 000.00 USD"]),
        ("Data 500 USD every month", {AMOUNT: "500.00", PERIOD: "monthly", ONE: "w3"}, []),
        ("-3 at 70%", {AMOUNT: "-3"}, ["-3", "70%"]),
    ],
)
def test_an_alert(words: str, values: dict[str, Any], unread: list[str]) -> None:
    typed = alert_typed(split_words(words), NAMES)
    steps = typed.values.pop(STEPS, ())
    assert (typed.values, typed.unread) == (values, unread)
    assert steps == (("80", "50") if "50%" in words else ())


@pytest.mark.parametrize(
    ("words", "starts", "values", "unread"),
    [
        ("tokens weekly at 9:00", 1, {ids.REPORT_CADENCE: "weekly", TIME: "09:00"}, []),
        ("allocation by team every month", 4, {ids.REPORT_CADENCE: "monthly"}, []),
        ("allocation by month daily Tokyo soon", 3, {ids.REPORT_CADENCE: "daily", ZONE: "Asia/Tokyo"}, ["soon"]),
        ("team", 1, {}, []),
        ("tokens hourly 2:00 Europe/Bern", 1, {}, ["hourly", "2:00", "Europe/Bern"]),
    ],
)
def test_a_schedule(words: str, starts: int, values: dict[str, Any], unread: list[str]) -> None:
    named = split_words(words)
    assert schedule_starts(named) == starts
    typed = schedule_typed(named[starts:])
    assert (typed.values, typed.unread) == (values, unread)


def test_a_form_names_what_it_was_not_filled_in_with() -> None:
    plain = schedule_frame()
    assert noting(plain, schedule_typed(["weekly"])) is plain
    said = noting(plain, schedule_typed(["*soon*", "later"]))
    assert said.above[0]["text"]["text"].startswith("⚠️ I couldn't use")
    assert said.above[0]["text"]["text"].endswith("*later*. Choose below what you mean.")
    assert said.above[1:] == plain.above
    for has_one, text in ((True, "Press the button below that ends it."), (False, "so there is nothing to end.")):
        for word in ("off", "Stop"):
            assert noting(plain, digest_typed([word], {}), has_one=has_one).above[0]["text"]["text"].endswith(text)
    assert noting(plain, schedule_typed(["report", "08:30", "Uhr"])) is plain
    foreign = noting(Frame(), alert_typed(["€500"], {}))
    assert foreign.above[0]["text"]["text"] == "⚠️ I couldn't use *€500*. I count in US dollars only. Write 500 or $500."


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        (digest_typed(["02:00", "3"], {}), TIMES),
        (digest_typed(["9:00", "10:00"], {}), "Choose below what you mean."),
        (digest_typed(["GMT+2"], {}), "Choose a time zone by its city, such as Europe/Berlin."),
        (digest_typed(["weekly"], {}), "The digest comes every day; a report can come each week or month."),
        (alert_typed(["500", "weekly"], {}), "An alert is about one UTC day or one UTC month."),
        (alert_typed(["500", "month", "at", "50%", "and", "100", "%"], {}), ""),
        (digest_typed(["every", "6", "days"], {}), "The digest comes every day; a report can come each week or month."),
        (schedule_typed(["every", "2", "weeks"]), "A report comes every day, every week or every month."),
        (alert_typed(["500", "at", "70%"], {}), "An alert can also come earlier at 50 % and at 80 %."),
        (schedule_typed(["quarterly"]), "A report comes every day, every week or every month."),
        (schedule_typed(["2", "am"]), TIMES),
    ],
)
def test_what_is_refused_says_what_is_possible(typed: Typed, why: str) -> None:
    assert "".join(one["text"]["text"].partition("*. ")[2] for one in noting(Frame(), typed).above) == why
