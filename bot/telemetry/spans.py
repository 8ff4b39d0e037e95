"""Spans of what this process does, from the click to the finished card; nothing where no target wants them."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext

Note = Callable[..., None]
"""Adds attributes to a span, by keyword."""


def _ignore(**_attributes: str | int) -> None:
    pass


_NOTHING = nullcontext[Note](_ignore)


class Spans:
    """What nobody wants to know; `bot.telemetry.tracing` has the spans of OpenTelemetry.

    An attribute is a word of ours, a number or an id of a request: never a name, an address or a secret.
    """

    def span(
        self, name: str, *, request: str = "", begins: bool = False, outgoing: bool = False, **attributes: str | int
    ) -> AbstractContextManager[Note]:
        """Return a span around a block.

        One about a request (its id stands somewhere in `request`) is in that request's trace, whichever process does it;
        the one that `begins` it is the trace's root. `outgoing`: an answer of somebody else is waited for.
        """
        return _NOTHING

    async def close(self) -> None:
        """Send what is left, within seconds, and end."""
