"""Facts that other parts of the bot tell; what nobody tells is not known, and its rule is silent."""

from collections.abc import Sequence
from datetime import datetime

from bot.hygiene.model import Peak
from bot.runtime import Runtime


async def peaks_of(_rt: Runtime, _now: datetime) -> Sequence[Peak]:
    """Return the busiest minutes of the last week by workspace and rate limit."""
    return ()


def exports_of(rt: Runtime) -> Sequence[str]:
    """Return the ways to observability platforms that are set up."""
    scraped = rt.settings.metrics_port is not None or rt.settings.metrics_token is not None
    datadog = rt.settings.dogstatsd_address is not None or rt.settings.datadog_api_key is not None
    named = {"Prometheus": scraped, "OpenTelemetry": rt.settings.otlp_targets is not None, "Datadog": datadog}
    return [name for name, is_set in named.items() if is_set]
