"""Claude Code as the command line exports it: the file that Slack sends, with people as a channel would read them."""

from collections.abc import Sequence
from datetime import datetime

from bot.claude_code.figures import code_figures
from bot.claude_code.grammar import NotUnderstood, parse_query
from bot.claude_code.model import PERSON, CodeQuery
from bot.claude_code.naming import Sight
from bot.claude_code.people import sight_of
from bot.claude_code.plan import begins_on
from bot.claude_code.table import file_table
from bot.runtime import Runtime
from bot.spend.exports.asked import Answer, CannotExport, answer_of
from bot.store.session import Tx
from bot.words.wording import calendar_day

_BY_PERSON = (
    "By person takes the bot's own settings, because CLAUDE_CODE_PEOPLE says who is named and ENCRYPTION_KEYS make the"
    " pseudonyms. Run it where they are, or ask by tool, model, terminal or day."
)


async def claude_code(rt: Runtime, _tx: Tx, words: Sequence[str], now: datetime) -> Answer:
    """Return what `/claude-code WORDS` answers; CannotExport where it answers nothing."""
    query = parse_query(words)
    if isinstance(query, NotUnderstood):
        meant = f" Did you mean: {query.suggestion}?" if query.suggestion else ""
        raise CannotExport(f"I don't know '{query.unknown}'.{meant}")
    if query.mine:
        raise CannotExport("The command line doesn't know whose 'me' is, so it exports everybody's figures alone.")
    found = await code_figures(rt, query, await _sight(rt, query), now)
    if found.use is None:
        days = f"from {calendar_day(found.first)} to {calendar_day(found.last)}"
        if found.last < (begins := begins_on(found.reading)):
            raise CannotExport(f"There are no figures of Claude Code {days}: its report begins on {calendar_day(begins)}.")
        raise CannotExport(f"There are no figures of Claude Code {days}. That isn't zero: they weren't read yet.")
    notes = ["Names are hidden."] if query.by is PERSON and not found.sees_names else []
    return answer_of(file_table(found), missing=found.missing, open_days=(*found.open_days, *found.unsettled), notes=notes)


async def _sight(rt: Runtime, query: CodeQuery) -> Sight:
    if query.by is not PERSON:
        return Sight("none")
    if rt.settings is None:  # pyright: ignore[reportUnnecessaryComparison] - the command line may have the database alone
        raise CannotExport(_BY_PERSON)
    return await sight_of(rt, None)
