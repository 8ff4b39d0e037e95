"""A CSV file sent to the person who asked for it, as a direct message, because Slack has no private file in a channel.

Who took which figures is on record before the file leaves. One click sends one file, however often Slack delivers it.
"""

import codecs
import contextlib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import structlog

from bot.errors import SlackDown, SlackError
from bot.people.model import Actor
from bot.runtime import Runtime
from bot.slack.blocks import section
from bot.slack.markup import Markup, bold, code
from bot.slack.model import Message
from bot.spend.exports.csv import csv_bytes
from bot.spend.exports.hint import command_of
from bot.spend.table import Table
from bot.store.actions import AuditAction
from bot.store.events import forget, remember, remember_lately
from bot.tasks import apart
from bot.words.own import own
from bot.words.wording import plural

log = structlog.get_logger()

MOST_ROWS = 100_000
MOST_BYTES = 20_000_000
"""What a spreadsheet opens and Slack takes without trouble; beyond it there is the command line."""
SAME_CLICK = timedelta(seconds=15)
"""Who asks for the same file again so soon has it already, or presses twice."""


@dataclass(frozen=True)
class Export:
    """Figures that somebody takes away. `filters` are what they were narrowed to, by the name of a dimension.

    `report` and `question` are as in `python -m bot export REPORT QUESTION`, which gives the same without a limit; `own`:
    only what somebody's own keys cost; `is_whole`: of everybody, which is what the command gives.
    """

    report: str
    first: date
    last: date
    by: tuple[str, ...] = ()
    filters: Mapping[str, Sequence[str]] = field(default_factory=dict[str, Sequence[str]])
    own: bool = False
    question: str = ""
    is_whole: bool = True

    @property
    def command(self) -> str:
        """Return the command line that exports all of it, "" where none gives just that."""
        return command_of(self.report, self.question) if self.is_whole and not self.own else ""


@dataclass(frozen=True)
class File:
    """A CSV file that is ready.

    `about` says what it has, and `fresh` as of when its figures are and whether they are final, both without a full stop.
    It is sent with a byte order mark, which `content` has not: without one Excel shows `Ã¼` for `ü`.
    """

    name: str
    content: bytes
    rows: int
    about: Markup
    fresh: Markup


async def content_of(table: Table) -> bytes:
    """Return a whole table as a CSV file."""
    return await apart(len(table.rows), csv_bytes, table)


def too_large(export: Export, rows: int, size: int = 0) -> Markup | None:
    """Return why so much can't be sent by Slack, and how to get all of it; None where it can."""
    if rows <= MOST_ROWS and size <= MOST_BYTES:
        return None
    much: Markup = f"That is {plural(rows, 'row')}, too many for a file in Slack."
    if not export.command:
        return f"{much} Ask for fewer days, or by something else."
    return f"{much} Ask for less, or let the people who run Quartermaster get all of them: {code(export.command)}"


async def send_csv(rt: Runtime, actor: Actor, export: Export, file: File, cause: str) -> Markup:
    """Send a file to somebody and return what to answer them; `cause` is the click's trigger, the same when repeated.

    A file that couldn't be sent is said in one sentence, and stands on record as such.
    """
    if reason := too_large(export, file.rows, len(file.content)):
        return reason
    same = f"csv:{actor.slack_id}:{file.name}:{hashlib.sha256(file.content).hexdigest()}"
    if not await _note(rt, actor, export, file, (cause, same)):
        return "I'm sending you that file already. It comes as a direct message."
    try:
        await _deliver(rt, actor, file)
    except SlackError as error:
        log.warning("csv_not_sent", report=export.report, error=type(error).__name__, code=error.code)
        async with rt.store.write() as tx:
            tx.audit(rt.now(), actor.slack_id, AuditAction.SPEND_EXPORT_FAILED, export.report, file=file.name)
            await forget(tx, same)
        if isinstance(error, SlackDown):
            return "⚠️ Slack didn't answer. If the file isn't in our direct messages, press CSV again."
        return f"⚠️ Slack didn't take the file ({code(error.code)}), so I couldn't send it. Press CSV again in a minute."
    return f"I sent you {bold(file.name)} ({plural(file.rows, 'row')}) as a direct message."


async def _note(rt: Runtime, actor: Actor, export: Export, file: File, causes: tuple[str, str]) -> bool:
    """Put on record who takes what; False where this click, or one like it just before, was acted on."""
    cause, same = causes
    async with rt.store.write() as tx:
        if cause and not await remember(tx, f"csv:{cause}", rt.now()):
            return False
        if not await remember_lately(tx, same, rt.now(), SAME_CLICK):
            return False
        tx.audit(
            rt.now(),
            actor.slack_id,
            AuditAction.SPEND_EXPORTED,
            export.report,
            first=export.first.isoformat(),
            last=export.last.isoformat(),
            by=list(export.by),
            filters={name: list(values) for name, values in export.filters.items()},
            own=export.own,
            **({"question": export.question} if export.question else {}),
            rows=file.rows,
            file=file.name,
        )
    return True


async def _deliver(rt: Runtime, actor: Actor, file: File) -> None:
    """Upload first, so that nothing is announced that doesn't come. A share that fails takes the announcement back."""
    content = codecs.BOM_UTF8 + file.content
    file_id = await rt.notifier.put_file(file.name, content, f"{file.name}: a table of figures as CSV")
    text: Markup = f"{file.about}, {own(plural(file.rows, 'row'))}. {file.fresh}."
    sent = await rt.notifier.send(actor.slack_id, Message(text, [section(text)]))
    try:
        await rt.notifier.share_file(file_id, file.name, sent.channel)
    except SlackError as error:
        failed: Markup = "⚠️ The file that I wanted to send you here may not have arrived. Press CSV again if it isn't below."
        with contextlib.suppress(SlackError):
            await rt.notifier.redraw(sent, Message(failed, [section(failed)]))
        raise error
