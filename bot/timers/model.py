"""A Timer says that something has to happen to a subject at a moment. Its topic knows how. Pure."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict


class Timer(BaseModel):
    """One thing that is due for a subject, such as the end of a grant. There is one of each `what` at most.

    `tries` counts the attempts that failed one after another.
    """

    model_config = ConfigDict(frozen=True)

    topic: str
    subject: str
    what: str
    due_at: datetime
    tries: int


Act = Callable[[Any, Timer, datetime], Awaitable[datetime | None]]
"""Does what a timer wants; returns when to look again, None once it is done. It may be called twice and acts once."""


async def nothing(_rt: Any) -> None:
    """Prepare nothing."""


@dataclass(frozen=True)
class TimerTopic:
    """What timers are about. `prepare` runs once before the due timers of a topic, for what all of them look at.

    `has_sorts`: each `what` is another sort of work, and none waits for those of another; else all timers are of one sort.
    `often`: the `what`s that are always looked at again within half an hour.
    """

    name: str
    act: Act
    prepare: Callable[[Any], Awaitable[None]] = nothing
    has_sorts: bool = False
    often: frozenset[str] = frozenset()
