"""Which members a list is about: words in any order, and what was probably meant where a word is none of them."""

import itertools

import pytest

from bot.admin.model import Invite, Member
from bot.commands.parse import find_command
from bot.directory.listing import count_roles
from bot.organization.members_view import invite_list, member_list, order_of, order_of_invite
from bot.organization.members_wanted import WantedMembers, meant_instead, read_wanted_members
from bot.organization.narrowing import restored, stored
from bot.sandbox.slack.validation import validate_message
from bot.slack.paging import page_of
from tests.approvals.samples import ASKED, NASTY


def member(name: str, role: str = "developer", number: int = 0) -> Member:
    return Member(id=f"user_{number}{name}", email=f"{name.split()[0].lower()}@acme.test", name=name, role=role)


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("", WantedMembers()),
        ("all members", WantedMembers()),
        ("Developers", WantedMembers(roles=("developer",))),
        ("claude code users", WantedMembers(roles=("claude_code_user",))),
        ("admins", WantedMembers(roles=("admin", "owner", "primary_owner"))),
        ("billing or users", WantedMembers(roles=("billing", "user"))),
        ("pending", WantedMembers(invites=("pending",))),
        ("expired invites", WantedMembers(invites=("expired",))),
        ("inactive", WantedMembers(inactive=True)),
        ("Claude Monet", WantedMembers(part="Claude Monet")),
        ("is an admin", WantedMembers(roles=("admin", "owner", "primary_owner"))),
        ("without any keys", WantedMembers(without_keys=True)),
        ("managed", WantedMembers(roles=("managed",))),
    ],
)
def test_words_mean_what_people_mean_by_them(typed: str, wanted: WantedMembers) -> None:
    assert read_wanted_members(typed.split(), {"developer", "managed"}) == wanted


def test_words_may_stand_in_any_order() -> None:
    for parts in itertools.permutations([["developers"], ["without", "keys"], ["priya"]]):
        wanted = read_wanted_members([word for part in parts for word in part])
        assert wanted == WantedMembers(roles=("developer",), without_keys=True, part="priya")
        assert restored(WantedMembers, stored(wanted)) == wanted
        assert wanted.in_words() == "developers · without a working key · with `priya` in name or address"


def test_each_first_word_of_the_command_is_a_filter() -> None:
    command = find_command("members")
    listing = next(sub for sub in command.subcommands if sub.name == "list") if command else None
    assert listing
    for word in listing.also:
        more = {"claude": ["code"], "without": ["keys"]}.get(word, [])
        assert read_wanted_members([word, *more]).part == "", word
        assert read_wanted_members([word, *more]).is_narrowed, word


def test_what_is_misspelt_is_guessed_with_the_rest_kept_and_nothing_silly_is() -> None:
    names = ["Priya Nair", "Bob Tanaka"]
    assert meant_instead(["devlopers", "pryia"], names) == "developers priya"
    assert meant_instead(["zzz"], names) is None
    assert meant_instead(["kick", "Priya"], names) is None, "what was typed is no other thing to type"
    assert meant_instead(["zzz", "pendng"], names) == "zzz pending"


def test_admins_stand_first_then_names_and_invites_by_what_is_lost_next() -> None:
    people = [member("Zoe", "admin"), member("Al"), member("bea", "user"), member("Al", number=1)]
    assert [one.name for one in page_of(people, order_of).items] == ["Zoe", "Al", "Al", "bea"]
    invited = [
        Invite(
            id=str(day), email="x@acme.test", role="user", status=status, invited_at=ASKED, expires_at=ASKED.replace(day=day)
        )
        for day, status in ((3, "expired"), (9, "pending"), (5, "pending"), (4, "expired"))
    ]
    assert [one.expires_at.day for one in page_of(invited, order_of_invite).items] == [5, 9, 4, 3]


@pytest.mark.parametrize("name", [NASTY, "N" * 255, "👩‍👩‍👧 *Zoë* <@U0BOB>", " "])
def test_any_name_is_shown_as_text(name: str) -> None:
    people = [Member(id=str(number), email=f"{name}@acme.test", name=name, role="later_role") for number in range(30)]
    message = member_list(page_of(people, order_of), WantedMembers(), count_roles(people), "admin", "claude")
    assert not validate_message({"channel": "C0GENERAL", "text": message.text, "blocks": message.blocks})
    shown = [block["text"]["text"] for block in message.blocks if block["type"] == "section"]
    assert not [text for text in (*shown, message.text) if "<!channel>" in text or "<@U0BOB>" in text]
    none = member_list(page_of([], order_of), WantedMembers(part=name), count_roles(people), "admin", "claude")
    assert "No members" in none.text
    assert (
        "No waiting invites" in invite_list(page_of([], order_of_invite), WantedMembers(invites=("pending",)), "claude").text
    )
