"""The name that was probably meant: near enough to be one, and no guess where it is none."""

from bot.words.similar import closest_name

KEYS = ("ingest-prod", "insights-test", "invoices-bot", "alice-notebook")
PEOPLE = ("noah@acme.test", "theo@acme.test", "Noah Klein")


def test_a_name_is_guessed_where_it_is_nearly_that_one_and_else_not() -> None:
    meant = {"ingset-prod": "ingest-prod", "alice-notebok": "alice-notebook", "nightly-ingest": None, "alert": None}
    meant |= {"INGSET-PROD": "ingest-prod", "Ing": "ingest-prod", "in": None, "i": None, "prod": None}
    assert {typed: closest_name(typed, KEYS) for typed in meant} == meant


def test_of_addresses_what_stands_before_the_at_is_compared() -> None:
    meant = {
        "naoh@acme.test": "noah@acme.test",
        "theo@acme.tset": "theo@acme.test",
        "x@acme.test": None,
        "NAOH@acme.test": "noah@acme.test",
        "@acme.test": None,
        "Noah Klien": "Noah Klein",
    }
    assert {typed: closest_name(typed, PEOPLE) for typed in meant} == meant
