"""Among thousands of names, few are compared with what was typed, and the one that is most like it is among them."""

from bot.spend.ask.lookup import named

NAMES = tuple(
    f"{what}-{where}-{number}"
    for what in ("ingest", "eval", "chat", "Batch")
    for where in ("prod", "dev")
    for number in range(99)
)


def test_few_of_many_names_are_compared_and_the_nearest_is_one_of_them() -> None:
    many = named(NAMES, "key")
    for typed, meant in (
        ("ingset-prod-7", "ingest-prod-7"), ("eval-dve-98", "eval-dev-98"), ("nigest-dev-12", "ingest-dev-12"),
        ("btach-prod-3", "batch-prod-3"), ("7-prod-eval", "eval-prod-7"),
    ):  # fmt: skip
        found = many.like(typed, 1)
        assert meant in found
        assert len(found) < len(NAMES) / 10, "else others wait while all names are compared"
    assert many.like("ingset-prod-7", 2) == []
    assert many.meant["batch-dev-1"] == ["key", "Batch-dev-1"]


def test_a_letter_that_is_missing_in_a_short_name_is_no_matter_among_many() -> None:
    many = named((*NAMES, "dev", "qmi", "prod", "etl"), "key")
    for typed, meant in (("dv", "dev"), ("qi", "qmi"), ("rpod", "prod"), ("etk", "etl"), ("pod", "prod")):
        assert meant in many.like(typed, 1), typed


def test_names_are_found_by_a_part_their_beginning_and_in_one_word() -> None:
    some = named(("Data Platform", "eval-runs", "Data Lake"), "in")
    assert (some.with_part("runs"), some.begins("eval"), some.longest) == (["eval-runs"], ["eval-runs"], 2)
    assert len(some.begins("data")) == 2
    assert some.in_one_word("dataplatform") == ["in", "Data Platform"]
