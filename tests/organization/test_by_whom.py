"""A list of keys is about whoever is named after `by`, and asks back where that could be several."""

from bot.admin.model import Member
from bot.organization.by_whom import member_named
from bot.organization.keys_wanted import Wanted, read_wanted

MEMBERS = [
    Member(id="user_1", email="mei@acme.test", name="Mei Lin", role="developer"),
    Member(id="user_2", email="noah@acme.test", name="Noah", role="user"),
    Member(id="user_3", email="noa@acme.test", name="Noa *x*", role="user"),
    Member(id="user_4", email="sam@acme.test", name="Sam", role="user"),
    Member(id="user_5", email="sam2@acme.test", name="Sam", role="user"),
]
PLACES = {"wrkspc_1": "Staging"}


def read(typed: str) -> Wanted:
    found = read_wanted(typed.split(), PLACES, MEMBERS)
    assert isinstance(found, Wanted), found
    return found


def test_whoever_is_named_by_name_address_or_a_part_of_one_is_found() -> None:
    for typed, member, rest in (
        ("by mei", "user_1", ""),
        ("by Mei Lin ingest", "user_1", "ingest"),
        ("by MEI@acme.test", "user_1", ""),
        ("of noah", "user_2", ""),  # the whole name of one, a part of nobody else's
        ("Staging by mei", "user_1", ""),
    ):
        found = read(typed)
        assert (found.member, found.part) == (member, rest), typed
    assert (read("by mei").in_words(), read("Staging by mei").workspace_id) == ("by Mei Lin", "wrkspc_1")
    assert (read("by me").mine, read("by <@U1>").owner) == (True, "U1")


def test_several_or_nobody_is_asked_back_and_no_name_becomes_markup() -> None:
    for typed, said in (
        ("noa", "*noa* could be Noah (`noah@acme.test`) or Noa ∗x∗ (`noa@acme.test`). Write the address"),
        ("sam", "*sam* could be Sam (`sam@acme.test`) or Sam (`sam2@acme.test`)."),
        ("meu lin", "I don't know a member *meu*."),
        ("", "Mention the person: `by @person`."),
    ):
        found = member_named(typed.split(), MEMBERS)
        assert isinstance(found, str), typed
        assert said in found
