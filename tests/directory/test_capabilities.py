"""What is known of what can be done: yes, no or unknown, and which of two findings counts."""

from datetime import UTC, datetime, timedelta

from bot.directory.capabilities import (
    ASK_EVERY,
    ASK_UNKNOWN_EVERY,
    NEVER_ASKED,
    ONLY_WHEN_CREATED,
    TITLES,
    Can,
    Capabilities,
    Capability,
    why_not,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
YES = Capability(can=True, because="", found_at=NOW)
NO = Capability(can=False, because="It is off.", found_at=NOW)
OPEN = Capability(because="No answer.")


def known(organization: str = "org", at: datetime = NOW, **found: Capability) -> Capabilities:
    return Capabilities(organization=organization, asked_at=at, found={Can(name): one for name, one in found.items()})


def test_what_nobody_asked_for_is_unknown_and_says_so() -> None:
    for what in Can:
        assert Capabilities().of(what).can is None
        assert why_not(what, Capabilities().of(what)) == f"I don't know yet. {NEVER_ASKED}"
        assert TITLES[what]


def test_what_is_not_offered_comes_with_its_reason_and_what_to_do() -> None:
    for what in Can:
        assert why_not(what, NO).startswith("Not offered: It is off. ")
        assert why_not(what, NO).endswith(".")
    assert why_not(Can.KEYS, YES) == ""


def test_an_unknown_never_takes_the_place_of_what_was_known() -> None:
    before = known(keys=YES, spend_limits=NO)
    later = known(at=NOW + ASK_EVERY, keys=OPEN, spend_limits=YES).over(before)
    assert (later.of(Can.KEYS), later.of(Can.SPEND_LIMITS)) == (YES, YES)
    assert known("", keys=OPEN).over(before).of(Can.KEYS) == YES
    assert known("", keys=OPEN).over(before).organization == "org"


def test_what_was_known_of_another_organization_is_not_taken_over() -> None:
    assert known("other", keys=OPEN).over(known("org", keys=YES)).of(Can.KEYS) == OPEN


def test_it_is_asked_daily_and_sooner_while_something_is_open() -> None:
    whole = Capabilities(organization="org", asked_at=NOW, found=dict.fromkeys(Can, YES))
    assert not whole.is_due(NOW + ASK_EVERY - timedelta(seconds=1))
    assert whole.is_due(NOW + ASK_EVERY)
    assert whole.is_due(NOW - timedelta(hours=1)), "the clock was set back"
    part = whole.model_copy(update={"found": whole.found | {Can.RATE_LIMITS: OPEN}})
    assert part.is_due(NOW + ASK_UNKNOWN_EVERY)
    settled = whole.model_copy(update={"found": whole.found | {Can.CREATE_KEYS: Capability(because=ONLY_WHEN_CREATED)}})
    assert not settled.is_due(NOW + ASK_UNKNOWN_EVERY)
    assert Capabilities().is_due(NOW)
