"""Addresses as people paste them: every one is read, whatever stands around it, and nothing that was written is lost."""

import pytest

from bot.words.addresses import is_address, is_same_address, mailbox_of, read_addresses

NINA, OLA = "nina@acme.test", "ola.b+x@eu.acme.test"


@pytest.mark.parametrize(
    "text",
    [
        f"{NINA},{OLA}",
        f" {NINA} ; {OLA};",
        f"{NINA}\r\n\n{OLA}\n",
        f"{NINA}\t{OLA}",
        f"{NINA}，{OLA}",
        f"Nina Petrova <{NINA}>, Ola B. <{OLA}>",
        f'"Petrova, Nina" <{NINA}>; "B, Ola" <{OLA}>',
        f"Nina Petrova <{NINA}>\nOla <{OLA}>",
        f"{NINA} Ola B. <{OLA}>",
        f"<mailto:{NINA}|{NINA}> <mailto:{OLA}|{OLA}>",
        f"Nina <<mailto:{NINA}|{NINA}>>, <mailto:{OLA}>",
        f"mailto:{NINA}, MAILTO:{OLA}",
        f"NINA@ACME.TEST, {OLA.title()}",
        f"{NINA}, {OLA}, {NINA.upper()}, <{OLA}>",
        f"({NINA}), “{OLA}”.",
        f"Petrova, Nina (IT) <{NINA}>; B, Ola <{OLA}>",
        f'Nina "N" Petrova <{NINA}>\nDr. B, Ola <{OLA}>',
        f"{NINA} and {OLA}",
        f"1. {NINA}\n• {OLA}\u202e",
        f"Nina Petrova\n<{NINA}>\n{OLA}",
        f"\u200b{NINA}\ufeff {OLA}\u00a0",
    ],
)
def test_addresses_are_read_whatever_stands_around_them(text: str) -> None:
    assert read_addresses(text) == ((NINA, OLA), ())


@pytest.mark.parametrize(
    ("text", "good", "bad"),
    [
        ("", (), ()),
        (" ,;\n", (), ()),
        ("nina", (), ("nina",)),
        (f"nina@, {NINA}, @acme.test, a@b", (NINA,), ("nina@", "@acme.test", "a@b")),
        ("n\u0456na@acme.test", (), ("n\u0456na@acme.test",)),
        ("nina@\u0430cme.test", (), ("nina@\u0430cme.test",)),
        (f"nina, Ola <{OLA}>, Nina <{NINA}>", (OLA, NINA), ("nina",)),
        (f"12@, {NINA}", (NINA,), ("12@",)),
        (f"Nina <{NINA}> ola", (NINA,), ("ola",)),
        (f"to:{NINA} Nina({NINA}), {OLA}", (OLA,), (f"to:{NINA}", f"Nina({NINA}")),
        (f"Nina<{NINA}>Ola<{OLA}>", (NINA,), (f"Ola<{OLA}",)),
        (f"ola＠acme.test, Nina <{NINA}>", (NINA,), ("ola＠acme.test",)),
        ("nina@acme.test@evil.test", (), ("nina@acme.test@evil.test",)),
        (f"Nina <nina>, {OLA}", (OLA,), ("nina",)),
        (f"{'x' * 65}@acme.test", (), (f"{'x' * 65}@acme.test",)),
        (f"x@{'a.' * 130}test", (), (f"x@{'a.' * 130}test",)),
    ],
)
def test_what_is_no_address_is_named_as_it_was_written(text: str, good: tuple[str, ...], bad: tuple[str, ...]) -> None:
    assert read_addresses(text) == (good, bad)


def test_what_was_read_reads_the_same_again() -> None:
    good = read_addresses(f"Nina <{NINA.upper()}>; {OLA}").good
    assert read_addresses(", ".join(good)) == (good, ())


def test_addresses_of_other_letters_are_the_same_as_none() -> None:
    kelvin = "\u212aim@acme.test"
    assert is_same_address("Kim@Acme.test", "kim@acme.TEST")
    assert not is_same_address(kelvin, "kim@acme.test")
    assert not is_same_address(kelvin, kelvin)
    assert not is_address(kelvin)


def test_what_follows_a_plus_makes_no_other_mailbox_and_no_other_person() -> None:
    assert mailbox_of("Kim+x@Acme.test") == mailbox_of("kim@acme.test") == "kim@acme.test"
    assert mailbox_of("+@acme.test") != mailbox_of("kim@acme.test")
    assert not is_same_address("kim+x@acme.test", "kim@acme.test")
