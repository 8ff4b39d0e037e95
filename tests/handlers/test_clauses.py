"""Clauses of typed lines: each reader takes the words that belong to it, and no more."""

from bot.words.amounts import read_amount
from handlers import clauses
from handlers.clauses import Name, Reader, Slot, SlotType


def taken(read: Reader, typed: str, type: SlotType, *names: Name) -> tuple[int, str] | None:
    found = read(typed.split(), Slot("one", type, names=names))
    return (found.taken, found.value) if found else None


def test_a_name_that_several_have_is_nobodys_unless_its_case_says_which() -> None:
    names = [Name(f"wrkspc_{n}", name) for n, name in enumerate(("Twin", "twin", "Same", "Same"), 1)]
    for typed, meant in (
        ("Twin 5", "wrkspc_1"),
        ("twin, 5", "wrkspc_2"),
        ("TWIN 5", ""),
        ("Same 5", ""),
        ("wrkspc_4 5", "wrkspc_4"),
    ):
        assert taken(clauses.read_name, typed, "workspace", *names) == (1, meant)
    assert taken(clauses.read_name, "5 Twin", "workspace", *names) is None
    forged = (Name("wrkspc_6", "Same", ("Same (…pc_6)",)), Name("wrkspc_7", "Same (…pc_6)"))
    assert taken(clauses.read_name, "Same (…pc_6) 5", "workspace", *forged) == (2, ""), (
        "nor its who has another's told-apart name"
    )


def test_the_longest_name_is_read_and_a_part_only_where_it_is_of_one() -> None:
    places = (Name("1", "Research"), Name("2", "Research and Development"))
    assert taken(clauses.read_name, "research and development team", "workspace", *places) == (3, "2")
    assert taken(clauses.read_name, "Research and Staging", "workspace", *places) == (1, "1")
    models = (Name("1", "Claude Opus 5.x"), Name("2", "Claude Opus 4.x"), Name("3", "Claude Fable 5.x"))
    assert taken(clauses.read_part, "fable rpm", "lookup", *models) == (1, "3")
    assert taken(clauses.read_part, "opus rpm", "lookup", *models) is None


def test_a_number_takes_the_words_that_belong_to_it() -> None:
    for typed, amount in (
        ("$ 500 Staging", (2, "$ 500")),
        ("2k USD for tests", (2, "2k USD")),
        ("1 000 Staging", (2, "1 000")),
        ("2 500 000.50 for 3 days", (3, "2 500 000.50")),
        ("5 3 days", (1, "5")),
        ("500, all of it", (1, "500")),
        ("500 EUR", (2, "500 EUR")),
        ("500 a day for tests", (3, "500 a day")),
        ("unlimited", (1, "unlimited")),
        ("Staging 500", None),
    ):
        assert taken(clauses.read_number, typed, "limit") == amount
    assert read_amount("500")
    for typed, amount in (("by 500 for x", (2, "by 500")), ("500 more", (2, "by 500")), ("by Friday", None), ("500", None)):
        assert taken(clauses.read_change, typed, "limit") == amount
    for typed, amount in (("1.234,50 x", (1, "1.234,50")), ("€500", (1, "€500")), ("-500", (1, "-500")), ("x", None)):
        assert taken(clauses.read_raw_number, typed, "limit") == amount


def test_people_are_mentioned_and_addresses_may_stand_behind_a_name() -> None:
    assert taken(clauses.read_mention, "<@U1|priya>, x", "person") == (1, "U1")
    assert taken(clauses.read_mention, "<@U1> 's role", "person") == (2, "U1")
    assert taken(clauses.read_mention, "priya", "person") is None
    for typed, address in (
        ("kim@acme.test, lou@acme.test", (1, "kim@acme.test")),
        ("Kim Lee <kim@acme.test> as dev", (3, "Kim Lee <kim@acme.test>")),
        ("mailto:kim@acme.test", (1, "kim@acme.test")),
        ("developer kim@acme.test", None),
        ("<@U1>", None),
    ):
        assert taken(clauses.read_address, typed, "addresses") == address


def test_what_leads_to_a_clause_belongs_to_it() -> None:
    place = Slot("one", "workspace", names=(Name("1", "Staging"), Name("2", "The Lab")))
    for typed, words in (("in the workspace Staging x", 4), ("to The Lab", 3), ("in the The Lab", 4), ("in my Staging", 3)):
        found = clauses.led_clause(typed.split(), [place])
        assert found is not None
        assert found[1].taken == words
    for typed in ("in all Staging", "with Staging", "Staging", "in"):
        assert clauses.led_clause(typed.split(), [place]) is None
