"""An answer's whole table as a CSV file, and what of it stands on record."""

from bot.slack.markup import escape
from bot.spend.ask.view import answer_file, figures_sentence
from bot.spend.ask.words import words_of
from bot.spend.exports.csv import csv_bytes, file_name
from bot.spend.exports.send import Export, File
from bot.spend.model import Figures
from bot.spend.phrases import as_plain_text


def figures_file(found: Figures) -> tuple[Export, File]:
    """Return what somebody takes away with an answer, as it stands on record, and the file."""
    table, by = answer_file(found), tuple(one.name for one in found.query.splits)
    name = file_name("spend", found.first, found.last, by)
    said = as_plain_text(figures_sentence(found))
    about = escape(f"{said} ({found.only})" if found.only else said)
    export = Export("spend", found.first, found.last, by, question=words_of(found.query))
    return export, File(name, csv_bytes(table), len(table.rows), about)
