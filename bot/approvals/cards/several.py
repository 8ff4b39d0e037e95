"""What came of each part of a request that does several things, as lines of cards and messages. Pure."""

from collections.abc import Sequence
from typing import Any, Final

from bot.approvals.outcome import Outcome, PartDone, PartState
from bot.slack import ids
from bot.slack.blocks import actions, paragraphs
from bot.slack.elements import button
from bot.slack.markup import Markup, date, escape, truncate
from bot.slack.model import Message
from bot.words.wording import number

MOST_LINES: Final = 15
"""On a card and in a message; Details has all."""
_LONGEST = 180
_SEE: Final[Markup] = "see Details."
_MOST_LENGTH = 2900
"""Characters of a block that holds 3,000, with the line that says how many lines are left out."""
_MARKS: Final[dict[PartState, Markup]] = {"done": "✅", "waits": "⏳", "refused": "⚠️", "left_out": "▫️", "over": "⌛"}
TROUBLE: Final = frozenset({"refused", "left_out", "over"})


def with_details(request_id: str, text: Markup, *buttons: dict[str, Any]) -> Message:
    """Return a message of text and buttons, and one for Details where lines were left out: it has no menu as a card has."""
    details = [button("Details", ids.DETAILS, request_id)] if text.endswith(_SEE) or f"{_SEE}\n" in text else []
    row = [*buttons, *details]
    return Message(text, [*paragraphs(text.split("\n")), *([actions(*row)] if row else [])])


def part_line(part: PartDone) -> Markup:
    """Return how a part stands: `⏳ dana@acme.test: invited, waiting until 13 Dec`."""
    until = f", waiting until {date(part.until)}" if part.until else ""
    note = f": {escape(truncate(part.note, _LONGEST))}" if part.note else ""
    return f"{_MARKS[part.state]} {escape(part.label)}{note}{until}"


def first_lines(lines: Sequence[Markup]) -> Markup:
    """Return the first lines, and how many more there are; "" for none."""
    shown, length = list[Markup](), 0
    for line in lines[:MOST_LINES]:
        length += len(line) + 1
        if length > _MOST_LENGTH:
            break
        shown.append(line)
    more = len(lines) - len(shown)
    return "\n".join([*shown, f"… and {number(more)} more: {_SEE}"] if more else shown)


def part_lines(parts: Sequence[PartDone]) -> Markup:
    """Return the first parts, a line each, and how many more there are; "" for none.

    Where not all of them fit, those that could not be done come first.
    """
    told = [part for part in parts if not part.untold]
    if len(told) > MOST_LINES:
        told.sort(key=lambda part: part.state not in TROUBLE)
    return first_lines([part_line(part) for part in told])


def is_partly_in_vain(parts: Sequence[PartDone]) -> bool:
    """Tell whether a part could not be done."""
    return any(part.state in TROUBLE for part in parts)


def what_is_left(outcome: Outcome) -> Markup:
    """Return the clause that says what a failed try left undone. What waits is followed meanwhile."""
    waits = ", and what waits goes on by itself" if outcome.waits else ""
    return f"only a part of it was done{waits}"


def what_stays(outcome: Outcome) -> Markup:
    """Return what a request that is closed after a part of it was done leaves: what waits isn't followed any more."""
    waits = ". I no longer follow what still waits, so ask again for what comes after it" if outcome.waits else ""
    return f"⚠️ A part of it was done, and stays{waits}."


def batches_of(parts: Sequence[PartDone]) -> int:
    """Return how many follow-ups have brought something."""
    return max((part.batch for part in parts), default=0)
