"""What the types refuse: text from outside that wasn't escaped. pyright reads this file; each `ignore` is a refusal."""

# pyright: reportUnnecessaryTypeIgnoreComment=error

from bot.errors import NotAllowed
from bot.slack.blocks import context, section
from bot.slack.markup import Markup, bold, code, escape, mention
from bot.slack.model import Message
from bot.words.wording import calendar_day, listed, plural
from tests.approvals.samples import ASKED

NAME: str = "<!channel>"


def test_names_get_into_markup_only_by_being_escaped() -> None:
    said: Markup = f"{mention('U0BOB')} made {code(NAME)} in {bold(NAME)} on {calendar_day(ASKED.date())}"
    both: list[Markup] = [escape(NAME), plural(2, "key")]
    assert "<!channel>" not in Message(said, [section(said), context(listed(both))]).text
    assert "<!channel>" not in NotAllowed(f"Only {escape(NAME)} can.").sentence


def test_names_that_are_not_escaped_are_refused_where_they_would_be_shown() -> None:
    section(NAME)  # pyright: ignore[reportArgumentType]
    section(f"*{NAME}*")  # pyright: ignore[reportArgumentType]
    context(f"{escape(NAME)} in {NAME}")  # pyright: ignore[reportArgumentType]
    Message(f"Hello {NAME}", [])  # pyright: ignore[reportArgumentType]
    NotAllowed(f"Only {NAME} can.")  # pyright: ignore[reportArgumentType]
