"""Somebody who is named in a typed line instead of mentioned: `role Priya Nair billing`, `add priya to Staging`."""

from collections.abc import Sequence

from bot.admin.model import Member
from bot.kinds.people.person import of_member
from bot.runtime import Runtime
from bot.words.addresses import is_same_address
from bot.words.folded import folded

_MOST_WORDS = 4


async def person_named(rt: Runtime, words: Sequence[str]) -> tuple[str, list[str]]:
    """Return the Slack id of the one member whose name, first name or address stands among the words, and the other words.

    "" where none or several are called so, or where Slack knows nobody at the member's address.
    """
    for taken in range(min(len(words), _MOST_WORDS), 0, -1):
        for at in range(len(words) - taken + 1):
            typed = " ".join(words[at : at + taken]).strip(",.;")
            found = [one for one in await rt.directory.members() if _is_called(one, typed)]
            if len(found) == 1:
                return await _slack_id(rt, found[0]), [*words[:at], *words[at + taken :]]
    return "", list(words)


def _is_called(member: Member, typed: str) -> bool:
    names = (folded(member.name), folded(member.name.partition(" ")[0]))
    return folded(typed) in names or is_same_address(member.email, typed)


async def _slack_id(rt: Runtime, member: Member) -> str:
    known = (await of_member(rt, member, member.id)).slack_id
    person = None if known else await rt.notifier.person_at(member.email)
    return known or (person.id if person else "")
