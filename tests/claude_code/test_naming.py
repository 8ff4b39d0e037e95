"""Under which names people stand in an answer: the whole table of who sees whom."""

from datetime import date, timedelta

import pytest

from bot.claude_code.build import keys
from bot.claude_code.model import ActorId, Part, Use, total
from bot.claude_code.naming import OTHERS, Shown, Sight, as_seen, labels

SPAN = (date(2026, 10, 1), date(2026, 10, 31))
ANNA, BEN, BEN2, GONE, KEY = (
    ("user", "anna@acme.test"), ("user", "ben@acme.test"), ("user", "b2@acme.test"), ("user", "gone@acme.test"),
    ("api", "claude_code_key_anna"),
)  # fmt: skip
ALL: list[ActorId] = [ANNA, BEN, BEN2, GONE, KEY]
KNOWN = {"anna@acme.test": "Anna A.", "ben@acme.test": "Ben", "b2@acme.test": "Ben"}
REAL = {"Anna A.", "ben@acme.test", "b2@acme.test", "gone@acme.test", "Key claude_code_key_anna"}
PARTS = [Part(one, Use(sessions=n + 1, nanos=7), Use(sessions=2)) for n, one in enumerate(ALL)]


@pytest.mark.parametrize(
    ("others", "own", "shown_really"),
    [
        ("names", "anna@acme.test", REAL),
        ("names", "", REAL),
        ("pseudonyms", "anna@acme.test", {"Anna A."}),
        ("pseudonyms", "ben@acme.test", {"Ben"}),
        ("pseudonyms", "nobody@acme.test", set[str]()),
        ("pseudonyms", "", set[str]()),
        ("none", "anna@acme.test", {"Anna A."}),
        ("none", "", set[str]()),
    ],
)
def test_who_sees_whom(others: Shown, own: str, shown_really: set[str]) -> None:
    seen = as_seen(PARTS, Sight(others, own))
    found = labels([part.id for part in seen if isinstance(part.id, tuple)], Sight(others, own), KNOWN, b"key", SPAN)
    assert len(set(found.values())) == len(seen) == len(found), "no two alike"
    assert set(found.values()) & (REAL | {"Ben"}) == shown_really
    assert total(part.use for part in seen) == total(part.use for part in PARTS)
    hidden = [name for name in found.values() if name not in shown_really]
    if others == "none":
        assert hidden == ["Everybody else"]
        assert seen[-1].id == OTHERS
        assert seen[-1].before == Use(sessions=2 * (5 - len(shown_really)))
    assert not any(part in name.lower() for name in hidden for part in ("anna", "ben", "b2", "gone", "acme"))


def test_a_pseudonym_is_stable_within_an_answer_and_says_nothing_to_who_has_no_key() -> None:
    sight = Sight("pseudonyms")
    found = labels(ALL, sight, KNOWN, b"key", SPAN)
    assert found == labels(list(reversed(ALL)), sight, {}, b"key", SPAN)
    fewer = labels([ANNA, KEY], sight, KNOWN, b"key", SPAN)
    assert fewer.items() <= found.items(), "who comes or goes changes nobody else's"
    assert found != labels(ALL, sight, KNOWN, b"another key", SPAN)
    assert found != labels(ALL, sight, KNOWN, b"key", (SPAN[0], SPAN[1] + timedelta(days=1)))
    many: list[ActorId] = [("user", f"p{n}@acme.test") for n in range(1500)]
    assert len(set(labels(many, sight, {}, b"key", SPAN).values())) == 1500
    some = many[:99]
    assert len(set(labels(some, sight, {}, b"key", SPAN).values())) == 99


def test_what_is_neither_a_person_nor_a_key_is_called_by_its_kind() -> None:
    later: ActorId = ("service_account", "svac_1")
    assert labels([later], Sight("names"), {}, b"key", SPAN) == {later: "Service account svac_1"}
    assert labels([later], Sight("pseudonyms"), {}, b"key", SPAN)[later].startswith("Service account ")
    assert keys(frozenset({later, ("api", "ci")})) == {"ci"}
