"""What a card offers once its request is applied, looked at when somebody takes it: others may have done it already."""

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.approvals import db as requests
from bot.approvals.act import look_of
from bot.approvals.cards.topic import refresh
from bot.approvals.extensions import kind_of
from bot.approvals.model import Request
from bot.approvals.outcome import Outcome
from bot.approvals.parts import Offer
from bot.errors import UpstreamError
from bot.runtime import Runtime

LOOK_WITHIN = 1.5
"""Seconds that looking may take: the click opens a form, for which Slack gives three."""


async def settle(rt: Runtime, request: Request) -> Request:
    """Write down which things that a card offers something for need it no more, and redraw what offers it.

    Returns the request as it then is; as it was where that can't be seen now.
    """
    kind = kind_of(rt, request)
    try:
        async with asyncio.timeout(LOOK_WITHIN):
            done = await kind.offers.done(look_of(rt, kind.asked(request))) if kind.offers else ()
    except (UpstreamError, TimeoutError):
        return request
    known = request.outcome.served
    if set(done) <= set(known):
        return request
    outcome = request.outcome.updated(Outcome(served=tuple(dict.fromkeys((*known, *done)))))
    async with rt.store.write() as tx:
        moved = await requests.touch(tx, request, with_line=False, outcome=outcome)
    if moved:
        rt.tasks.spawn(refresh(rt, moved.id))
    return moved or request.model_copy(update={"outcome": outcome})


def only(request: Request, each: Mapping[str, str], thing: str) -> Request:
    """Return a request as it would be if what it offers, for `each` of these, were left for one thing alone."""
    others = tuple(one for one in each if one != thing) if thing in each else ()
    served = (*request.outcome.served, *others)
    return request.model_copy(update={"outcome": request.outcome.updated(Outcome(served=served))}) if others else request


def why_over(offer: Offer[Any] | None) -> str:
    """Return in a sentence why a card has nothing to offer any more."""
    return offer.over if offer else "There is nothing left to do here."
