"""A file goes to whoever asked for it, once for each click, is on record, and a failure is one sentence."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from bot.errors import SlackDown, SlackRefused
from bot.slack.model import Sent
from bot.spend.exports.send import MOST_BYTES, MOST_ROWS, Export, File, send_csv, too_large
from bot.store.audit import all_entries
from bot.store.session import Store
from tests.spend.world import DANA, FRIDAY, NOW, Slack, runtime, set_clock

WORDS = '2026-11-20..2026-11-20 in "R&D x" by model by key'
EXPORT = Export("records", FRIDAY, FRIDAY, ("model", "key"), {"workspace": ["R&D x"]}, question=WORDS)
FILE = File("records-2026-11-20.csv", "Müller\r\n".encode(), 1, "Records, Fri 20 Nov", "As of 04:00 · final")


@dataclass
class Files(Slack):
    """A Slack that may refuse a step of an upload."""

    fails_at: str = ""
    error: Callable[[], Exception] = lambda: SlackRefused("Slack refused it.", "missing_scope")
    put: list[str] = field(default_factory=list[str])
    content: list[bytes] = field(default_factory=list[bytes])

    async def put_file(self, name: str, content: bytes, alt_text: str) -> str:
        if self.fails_at == "put":
            raise self.error()
        self.put.append(name)
        self.content.append(content)
        return "F0CSV"

    async def share_file(self, file_id: str, name: str, channel: str, *, thread_ts: str | None = None) -> None:
        if self.fails_at == "share":
            raise self.error()
        await Slack.share_file(self, file_id, name, channel, thread_ts=thread_ts)


async def recorded(store: Store) -> list[tuple[str, str, dict[str, object]]]:
    async with store.read() as tx:
        return [(entry.action, entry.actor, entry.detail) async for entry in all_entries(tx)]


async def test_a_click_sends_one_file_and_each_delivery_of_it_is_answered(store: Store) -> None:
    slack = Files()
    rt = runtime(store, slack=slack)
    said = [await send_csv(rt, DANA, EXPORT, FILE, cause) for cause in ("1.1", "1.1", "1.2")]
    assert said[2] == said[1], "a second press at once is the same"
    set_clock(rt, NOW + timedelta(minutes=1))
    said[2] = await send_csv(rt, DANA, EXPORT, FILE, "1.3")
    assert said[0] == "I sent you *records-2026-11-20.csv* (1 row) as a direct message."
    assert said[1] == "I'm sending you that file already. It comes as a direct message."
    assert slack.files == [("U0DANA", None)] * 2
    assert slack.content == ["\ufeffMüller\r\n".encode()] * 2, "Excel takes a file without the mark for another encoding"
    assert [post.message.text for post in slack.posts] == ["Records, Fri 20 Nov, 1 row. As of 04:00 · final."] * 2
    facts = {
        "first": "2026-11-20", "last": "2026-11-20", "by": ["model", "key"], "filters": {"workspace": ["R&D x"]},
        "own": False, "question": WORDS, "rows": 1, "file": "records-2026-11-20.csv",
    }  # fmt: skip
    assert await recorded(store) == [("spend.exported", "U0DANA", facts)] * 2


@pytest.mark.parametrize("step", ["put", "share", "post"])
@pytest.mark.parametrize("error", [SlackRefused("No.", "missing_scope"), SlackDown("Slack did not answer.")])
async def test_a_file_that_isnt_sent_is_said_and_may_be_asked_for_again(store: Store, step: str, error: Exception) -> None:
    slack = Files(fails_at=step, error=lambda: error)
    if step == "post":
        slack.refuses_people_with, slack.is_down = "x", isinstance(error, SlackDown)
    rt = runtime(store, slack=slack)
    said = await send_csv(rt, DANA, EXPORT, FILE, "1.1")
    assert said.startswith("⚠️ Slack didn't")
    assert "press CSV again" in said.replace("Press", "press")
    assert [action for action, *_ in await recorded(store)] == ["spend.exported", "spend.export_failed"]
    assert [sent for sent, _ in slack.redrawn] == ([Sent("U0DANA", "1.000001")] if step == "share" else [])
    slack.fails_at, slack.refuses_people_with, slack.is_down = "", None, False
    assert "I sent you" in await send_csv(rt, DANA, EXPORT, FILE, "1.2")


async def test_what_is_too_large_names_the_command_that_gives_all_of_it(store: Store) -> None:
    command = "python -m bot export records 2026-11-20..2026-11-20 in 'R&D x' by model by key --csv FILE"
    assert EXPORT.command == command
    assert too_large(EXPORT, MOST_ROWS, MOST_BYTES) is None
    assert "100,001 rows" in (too_large(EXPORT, MOST_ROWS + 1) or "")
    slack = Files()
    said = await send_csv(runtime(store, slack=slack), DANA, EXPORT, File("a.csv", b"", MOST_ROWS + 1, "x", "y"), "1.1")
    assert "python -m bot export records" in said
    assert (slack.put, await recorded(store)) == ([], [])
