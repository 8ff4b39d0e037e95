"""The tour's part about figures: a question in words, records and their file, the month's bill, Claude Code, a report."""

from bot.sandbox.people import COSTS_CHANNEL
from bot.sandbox.stage import Json
from bot.sandbox.tour_story import ALICE, BOB, DANA, Act, Story, expect


def _cells(message: Json) -> list[list[str]]:
    """Return the rows of a message's table as they read, its head first."""
    table = next((block for block in message["blocks"] if block["type"] == "table"), None)
    expect(table, "there is no table")
    rows: list[list[Json]] = table["rows"] if table else []
    return [[str(cell.get("text", "")) for cell in row] for row in rows]


async def question_in_words(story: Story) -> None:
    """Words in any order: two dimensions and a filter."""
    await story.types(DANA, "/claude-spend by model and key in Production last month", COSTS_CHANNEL)
    answer = await story.sees(DANA, "in Production* in Oct", COSTS_CHANNEL)
    expect(_cells(answer)[0][:2] == ["Model", "Key"], "the table isn't by model and key")


async def misspelt_question(story: Story) -> None:
    """What isn't understood is named, and the nearest question is a button."""
    await story.types(DANA, "/claude-spend 14d by modle in Produktion", COSTS_CHANNEL)
    problem = await story.sees(DANA, "Did you mean", COSTS_CHANNEL)
    await story.presses(DANA, problem, "spend_retry")
    await story.sees(DANA, "in Production* in the 14 days", COSTS_CHANNEL)


async def records_become_a_file(story: Story) -> None:
    """All records of a month, and all of them as a file in a direct message."""
    await story.types(DANA, "/claude-spend records october", COSTS_CHANNEL)
    records = await story.sees(DANA, "records", COSTS_CHANNEL)
    await story.presses(DANA, records, "spend_records_csv")
    await story.sees(DANA, "I sent you *records-2026-10", COSTS_CHANNEL)


async def bill_is_explained(story: Story) -> None:
    """The bill of a month beside list price × tokens."""
    await story.types(DANA, "/claude-spend reconcile october", COSTS_CHANNEL)
    bill = await story.sees(DANA, "billed", COSTS_CHANNEL)
    for line in bill["text"].splitlines()[1:-1]:
        story.note(DANA, line)


async def claude_code_by_person_and_tool(story: Story) -> None:
    """Who may not see others by name sees pseudonyms; tools show what was accepted."""
    await story.types(ALICE, "/claude-code 30d by person")
    mine = await story.sees(ALICE, "Sessions by person", "C0GENERAL")
    story.note(ALICE, next(line for line in mine["text"].splitlines() if line.startswith("Sessions by person")))
    expect("Omar" not in mine["text"], "Alice sees others by name")
    await story.types(BOB, "/claude-code 30d by tool")
    tools = await story.sees(BOB, "Accepted by tool", "C0GENERAL")
    story.note(BOB, next(line for line in tools["text"].splitlines() if line.startswith("Accepted by tool")))


async def report_is_scheduled(story: Story) -> None:
    """A report is looked at, and a channel gets it each day."""
    await story.types(DANA, "/claude-spend report models", COSTS_CHANNEL)
    report = await story.sees(DANA, "Model comparison", COSTS_CHANNEL)
    await story.presses(DANA, report, "report_schedule")
    await story.modal(DANA, "Schedule a report")
    await story.sends(DANA, report_cadence="daily", spend_time="09:00", spend_zone="Europe/Berlin")
    view = await story.modal(DANA, "gets model comparison")
    story.note(DANA, view["blocks"][0]["text"]["text"])
    await story.post("/act/close", user=DANA, view_id=view["id"])


async def report_arrives(story: Story) -> None:
    """With the digest the report is there, and everybody in the channel reads it."""
    report = await story.message(BOB, "Model comparison", COSTS_CHANNEL, seconds=40)
    for line in report["text"].splitlines()[:2]:
        story.note(BOB, line)


STEPS: list[tuple[str, Act]] = [
    ("Dana asks in words: by model and key, in one workspace", question_in_words),
    ("A misspelt question gets the nearest one as a button", misspelt_question),
    ("Dana lists the records of October, and gets them as a file", records_become_a_file),
    ("Dana compares October's bill with list price × tokens", bill_is_explained),
    ("Claude Code by person and by tool", claude_code_by_person_and_tool),
    ("#llm-costs gets a report each day", report_is_scheduled),
]
MORNING: list[tuple[str, Act]] = [("With the digest comes the report", report_arrives)]
