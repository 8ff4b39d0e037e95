"""An answer's whole table as a CSV file, and what of it stands on record."""

from bot.runtime import Runtime
from bot.slack.markup import escape
from bot.spend.ask.sentences import tail_in_words
from bot.spend.ask.view import answer_file, figures_sentence
from bot.spend.ask.words import words_of
from bot.spend.exports.csv import file_name, only_and_without
from bot.spend.exports.hint import with_days
from bot.spend.exports.send import Export, File, content_of
from bot.spend.exports.typed import spelled
from bot.spend.model import Figures
from bot.spend.phrases import as_plain_text
from bot.tasks import apart


async def figures_file(rt: Runtime, found: Figures) -> tuple[Export, File]:
    """Return what somebody takes away with an answer, as it stands on record, and the file."""
    table = await apart(len(found.breakdown.slices), answer_file, found)
    by = tuple(one.name for one in found.query.splits)
    counted = "spend" if found.query.measure == "dollars" else found.query.measure
    name = file_name(
        counted, found.first, found.last, by, *only_and_without(found.workspace_name, found.narrowed, found.only)
    )
    about = escape(f"{as_plain_text(figures_sentence(found))}, by {' and '.join(by)}")
    asked = with_days(found.query, found.first, found.last, await spelled(rt, found.query.where))
    export = Export("answer", found.first, found.last, by, question=words_of(asked), is_whole=not found.only)
    return export, File(name, await content_of(table), len(table.rows), about, tail_in_words(found))
