"""What the organization or its key is known not to have: nothing of it is offered, and whoever asks reads why."""

from collections.abc import Awaitable

from bot.approvals.kind import AnyKind, all_kinds
from bot.directory.capabilities import TITLES, Can, Capability, why_not
from bot.errors import NotAllowed, UpstreamAuth
from bot.runtime import Runtime
from bot.slack.markup import Markup, escape


async def check_offered(rt: Runtime, kind: AnyKind) -> None:
    """Raise NotAllowed where the organization is known to have nothing of the kind; what is unknown is tried."""
    needs = kind.rules.needs
    known = await rt.capabilities.of(needs) if needs else None
    if needs and known and known.can is False:
        raise NotAllowed(f"{_said(needs, known)} Nothing was sent.")


async def refused_kinds(rt: Runtime) -> frozenset[str]:
    """Return the names of the kinds of which the organization is known to have nothing."""
    known = await rt.capabilities.all()
    return frozenset(
        name for name, kind in all_kinds(rt).items() if kind.rules.needs and known.of(kind.rules.needs).can is False
    )


async def offered(rt: Runtime, act: Awaitable[None]) -> None:
    """Do what somebody wants; NotAllowed where the API refuses it and the organization is known to have no workspaces."""
    try:
        await act
    except UpstreamAuth as error:
        known = await rt.capabilities.of(Can.KEYS)
        if error.status != 403 or known.can is not False:
            raise
        raise NotAllowed(f"{_said(Can.KEYS, known)} Nothing was changed.") from None


def _said(what: Can, known: Capability) -> Markup:
    return f"{TITLES[what]}: {escape(why_not(what, known))}"
