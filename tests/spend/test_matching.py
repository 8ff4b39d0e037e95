"""Which things the name, id or pattern in a question means."""

from bot.spend.ask.matching import all_matching, matching, nearest_name
from bot.spend.dimensions import KEY, MODEL

KEYS = {"apikey_1": "ingest-prod", "apikey_2": "Ingest Dev", "apikey_3": "a*", "apikey_4": "abc", "": "Console (no key)"}
MODELS = {"claude-opus-5-5-20260901": "opus-5-5", "claude-opus-4-1": "opus-4-1", "claude-sonnet-5-5": "sonnet-5-5"}


def test_a_key_is_meant_by_its_name_in_any_spelling_its_id_or_a_pattern() -> None:
    meant: dict[str, set[str]] = {
        "ingest-prod": {"apikey_1"}, "INGEST_PROD": {"apikey_1"}, "ingest dev": {"apikey_2"}, "apikey_4": {"apikey_4"},
        "ingest-*": {"apikey_1", "apikey_2"}, "*prod": {"apikey_1"}, "a*": {"apikey_3"}, "ab*": {"apikey_4"}, "none": {""},
        "ingest": set(), "": set(), "!!": set(),
    }  # fmt: skip
    assert {typed: matching(typed, KEY, KEYS) for typed in meant} == meant


def test_a_model_is_meant_by_words_of_its_name() -> None:
    opus = {"claude-opus-5-5-20260901", "claude-opus-4-1"}
    meant: dict[str, set[str]] = {
        "opus": opus, "Opus 5.5": {"claude-opus-5-5-20260901"}, "opus-4": {"claude-opus-4-1"}, "opu": set(),
        "5-5": {"claude-opus-5-5-20260901", "claude-sonnet-5-5"}, "claude-opus": opus, "*-5-5": {"claude-opus-5-5-20260901",
        "claude-sonnet-5-5"}, "claude-opus-4-1": {"claude-opus-4-1"},
    }  # fmt: skip
    assert {typed: matching(typed, MODEL, MODELS) for typed in meant} == meant


def test_a_version_means_itself_with_its_dates_and_never_a_longer_version() -> None:
    models = {
        "claude-sonnet-5-20260801": "sonnet-5",
        "claude-sonnet-5-5": "sonnet-5-5",
        "claude-sonnet-5-20260901": "sonnet-5",
    }
    dated = {"claude-sonnet-5-20260801", "claude-sonnet-5-20260901"}
    for typed in ("sonnet-5", "sonnet 5", "Sonnet_5", "claude-sonnet-5", "claude sonnet 5"):
        assert matching(typed, MODEL, models) == dated, typed


def test_what_means_nothing_is_named_and_the_nearest_name_found() -> None:
    assert all_matching(["opus", "opsu-5-5"], MODEL, MODELS)[1] == "opsu-5-5"
    assert nearest_name("opsu-5-5", MODELS) == "opus-5-5"
    assert nearest_name("qqq", MODELS) is None
