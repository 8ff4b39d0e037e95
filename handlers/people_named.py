"""Somebody who is mentioned or named in a typed line: `role @priya billing`, `access for Priya Nair in Staging`."""

from collections.abc import Sequence

from bot.admin.model import Member
from bot.errors import NotFound
from bot.kinds.people.person import of_member
from bot.organization.narrowing import mentioned
from bot.runtime import Runtime
from bot.slack.markup import bold
from bot.words.addresses import is_same_address
from bot.words.folded import folded
from bot.words.reasons import find_reason
from bot.words.wording import number

_MOST_WORDS = 4
_BEFORE = frozenset({"for", "to", "of"})


async def person_named(rt: Runtime, words: Sequence[str], start: int | None = None) -> tuple[str, list[str]]:
    """Return the Slack id of who is mentioned among the words, or else of the first member named, and the other words.

    A member is known by name, first name or address, and stands at `start` where that is given. Who is named only in a
    reason, as in `because Priya left`, is not meant. "" where Slack knows nobody at the address; NotFound where several
    are called so.
    """
    at = next((at for at, word in enumerate(words) if mentioned(word)), None)
    if at is not None:
        return mentioned(words[at]), _without(words, at, at + 1)
    most, members = len(find_reason(words, ()).words), await rt.directory.members()
    for at in range(most) if start is None else (start,):
        for taken in range(min(most - at, _MOST_WORDS), 0, -1):
            typed = " ".join(words[at : at + taken]).strip(",.;")
            found = [one for one in members if _is_called(one, typed)]
            if len(found) == 1:
                return await _slack_id(rt, found[0]), _without(words, at, at + taken)
            if found:
                raise NotFound(
                    f"{number(len(found))} people are called {bold(typed)}. Mention the one you mean. Nothing was sent."
                )
    return "", list(words)


def _without(words: Sequence[str], start: int, end: int) -> list[str]:
    """Return the words without those of a person, and without one that leads there."""
    is_led = start > 0 and words[start - 1].casefold() in _BEFORE
    return [*words[: start - is_led], *words[end:]]


def _is_called(member: Member, typed: str) -> bool:
    names = (folded(member.name), folded(member.name.partition(" ")[0]))
    return folded(typed) in names or is_same_address(member.email, typed)


async def _slack_id(rt: Runtime, member: Member) -> str:
    known = (await of_member(rt, member, member.id)).slack_id
    person = None if known else await rt.notifier.person_at(member.email)
    return known or (person.id if person else "")
