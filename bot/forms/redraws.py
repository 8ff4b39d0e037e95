"""Redraws of forms that somebody is filling in: one after the other for each form, and of several the newest alone.

Slack changes a form's hash with each redraw (slack.md §4), and people type faster than Slack answers. Without an order the
second of two redraws would be refused for the hash that the first has just replaced, and the form would still say what was
typed before.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

MOST_FORMS = 500
"""Forms that are remembered; of an older one the next redraw may be refused, which costs a line of help."""


@dataclass
class _Form:
    """What is known of an open form: the newest act in it, its hash after our last redraw, the hashes that we replaced."""

    newest: str = ""
    current: str = ""
    replaced: set[str] = field(default_factory=set[str])
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Redraws:
    """The forms that this process is redrawing. Nothing is lost with it but an order that concerns this process alone."""

    def __init__(self) -> None:
        self._forms: dict[str, _Form] = {}

    async def run(self, view_id: str, act_ts: str, seen: str, redraw: Callable[[str], Awaitable[str]]) -> None:
        """Redraw a form as it was in the act at `act_ts`, unless a later act in it is known already.

        `seen` is the form's hash in that act. `redraw` takes the hash to redraw from and returns the one after it; a form
        that somebody else changed or sent meanwhile has another, and Slack refuses.
        """
        form = self._form(view_id)
        if act_ts < form.newest:
            return
        form.newest = act_ts
        async with form.lock:
            if act_ts < form.newest:
                return
            start = form.current if seen in form.replaced else seen
            form.current = await redraw(start)
            form.replaced.add(start)

    def _form(self, view_id: str) -> _Form:
        found = self._forms.pop(view_id, None) or _Form()
        self._forms[view_id] = found  # the one used last is forgotten last
        if len(self._forms) > MOST_FORMS:
            del self._forms[next(iter(self._forms))]
        return found
