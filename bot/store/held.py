"""What the work that runs now holds, so that each transaction can look whether it still does before it commits."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from bot.errors import QuartermasterError

Check = Callable[[Any], Awaitable[None]]
"""Looks in a transaction whether something is still held; raises NotHeld."""
HELD: ContextVar[Check | None] = ContextVar("held", default=None)
"""What each writing transaction of this task, and of those that it starts, looks at before it commits."""


class NotHeld(QuartermasterError):
    """The lease passed to another process, because this one didn't renew it in time. The transaction is rolled back."""

    def __init__(self) -> None:
        super().__init__("This process was paused for too long, and another one does its work. Nothing was written.")
