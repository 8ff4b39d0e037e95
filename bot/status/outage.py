"""A time in which the Claude API told nothing, and what is said of it. Pure."""

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from bot.slack.blocks import section
from bot.slack.markup import Markup, code, date, escape
from bot.slack.model import Message

FAILING_FOR = timedelta(hours=2)
"""Answers that fail for so long don't pass by themselves; a refused key or a hold never does, and is told at once."""
READERS_AFTER = timedelta(hours=4)
"""After so long, those who rely on digests and alerts are told why none comes."""
STALE_AFTER = timedelta(hours=30)
"""Figures that reach less far than this are older than they should be."""
ADMINS, READERS, OVER = "admins", "readers", "over"


class Outage(BaseModel):
    """One outage, from the first failure that was seen.

    `is_refused`: the Admin key isn't accepted; `is_on_hold`: none is, until somebody has paid; `is_stale`: answers come, but
    their figures don't move on; `is_code`: Claude Code's report alone can't be read.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    since: datetime
    is_refused: bool
    is_on_hold: bool = False
    is_stale: bool = False
    is_code: bool = False
    sentence: str
    ended_at: datetime | None = None

    def concerns_admins(self, now: datetime) -> bool:
        """Tell whether an admin has to do something by now."""
        return (
            self.is_refused or self.is_on_hold or abs(now - self.since) >= FAILING_FOR
        )  # a clock that ran ahead keeps nobody waiting

    def concerns_readers(self, now: datetime) -> bool:
        """Tell whether those who get digests and alerts miss some by now."""
        return abs(now - self.since) >= READERS_AFTER


def render(outage: Outage, purpose: str) -> Message:
    """Return what an outage's post says: to `ADMINS`, to `READERS`, or that it is `OVER`."""
    if outage.is_code:
        text = _of_code(outage, purpose)
        return Message(text, [section(text)])
    text = _over(outage) if purpose == OVER else _to_admins(outage) if purpose == ADMINS else _to_readers(outage)
    return Message(text, [section(text)])


def what_fails(outage: Outage) -> Markup:
    """Return what the Claude API does, without when."""
    if outage.is_stale:
        return "has told no new figures"
    return "refuses the bot's Admin key" if outage.is_refused else "has given no usable answer"


def _when(outage: Outage) -> Markup:
    if outage.is_stale:
        return "for more than a day"
    if outage.ended_at:
        return f"from {date(outage.since)} to {date(outage.ended_at)}"
    return f"since {date(outage.since)}"


def _to_admins(outage: Outage) -> Markup:
    if outage.ended_at:
        did: Markup = "refused the bot's Admin key" if outage.is_refused else "gave no usable answer"
        did = "told no new figures" if outage.is_stale else did
        return f"The Claude API {did} {_when(outage)}. It works again."
    lines: list[Markup] = [
        f"⚠️ *The Claude API {what_fails(outage)} {_when(outage)}.* {escape(outage.sentence)}",
        "Digests have gaps, and no alert sees what is spent meanwhile."
        if outage.is_stale
        else "Until it works again I can't do what is approved. Digests wait, and there are no alerts.",
    ]
    if outage.is_refused:
        lines.append(
            "What to do: an organization admin makes a new Admin key in the Claude Console, and the people who run"
            f" Quartermaster put it into {code('ANTHROPIC_ADMIN_KEY')} and start me again."
            f" {code('python -m bot doctor')} tells if it is good."
        )
    else:
        lines.append(f"I keep trying. {code('python -m bot doctor')} says more.")
    return "\n".join(lines)


def _of_code(outage: Outage, purpose: str) -> Markup:
    if purpose == OVER:
        return f"✅ Claude Code's report can be read again; it couldn't {_when(outage)}. I read the days that I missed now."
    if outage.ended_at:
        return f"Claude Code's report could not be read {_when(outage)}. It can again."
    return (
        f"⚠️ *Claude Code's report can't be read {_when(outage)}.* {escape(outage.sentence)}\n"
        "Only figures about Claude Code are missing. Costs, digests and alerts go on. I keep trying."
    )


def _to_readers(outage: Outage) -> Markup:
    if outage.ended_at:
        return f"I could not read figures from the Claude API {_when(outage)}. I can again."
    missed: Markup = "new figures" if outage.is_stale else "digest, report or alert"
    return (
        f"⚠️ *No {missed} for now*: the Claude API {what_fails(outage)} {_when(outage)}, so I can't read new "
        "figures. The admins know. I'll say here when it works again."
    )


def _over(outage: Outage) -> Markup:
    again: Markup = "tells new figures" if outage.is_stale else "answers"
    return (
        f"✅ The Claude API {again} again; it didn't {_when(outage)}. Digests that are less than a day late come now, and "
        "alerts count what was spent meanwhile."
    )
