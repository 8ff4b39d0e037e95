"""The Admin port on the real protocol: the parts put together."""

from pathlib import Path
from typing import Self

from pydantic import SecretStr

from bot.admin.activities import Activities
from bot.admin.base import Clock, machine_time
from bot.admin.budget import Use
from bot.admin.call import BACKGROUND, INTERACTIVE
from bot.admin.http import DEFAULT_BASE_URL, REQUESTS_PER_MINUTE, Transport
from bot.admin.keys import Keys
from bot.admin.limits import Limits
from bot.admin.people import People
from bot.admin.spending import Spending
from bot.settings.model import Settings
from bot.telemetry.meter import Meter


class AdminClient(People, Keys, Limits, Activities, Spending):
    """One organization; see `bot.ports.admin` for what each call promises."""

    def background(self) -> Self:
        """Return the same organization, with the same connections and budget, for work that nobody waits for."""
        return type(self)(self._carrier, BACKGROUND, self._known, self._clock)

    @property
    def use(self) -> Use:
        """How much of the bot's share of requests the last minute took, all its calls together."""
        return self._carrier.use

    async def aclose(self) -> None:
        """Close the connections, also those of `background()`."""
        await self._carrier.aclose()


def open_admin(
    key: SecretStr,
    base_url: str = DEFAULT_BASE_URL,
    *,
    requests_per_minute: int = REQUESTS_PER_MINUTE,
    proxy: str | None = None,
    authorities_file: Path | None = None,
    clock: Clock = machine_time,
    meter: Meter | None = None,
) -> AdminClient:
    """Return a client for the organization of `key`; nothing is sent yet."""
    carrier = Transport(
        key,
        base_url,
        requests_per_minute=requests_per_minute,
        proxy=proxy,
        authorities_file=authorities_file,
        meter=meter,
    )
    return AdminClient(carrier, INTERACTIVE, clock=clock)


def admin_of(settings: Settings, clock: Clock = machine_time, meter: Meter | None = None) -> AdminClient:
    """Return a client as the settings describe it."""
    return open_admin(
        settings.anthropic_admin_key,
        settings.anthropic_base_url,
        requests_per_minute=settings.admin_requests_per_minute,
        proxy=settings.proxy_for(settings.anthropic_base_url),
        authorities_file=settings.ssl_cert_file,
        clock=clock,
        meter=meter,
    )
