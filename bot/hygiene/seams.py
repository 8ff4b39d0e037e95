"""Facts that other parts of the bot tell."""

from collections.abc import Sequence

from bot.runtime import Runtime


def exports_of(rt: Runtime) -> Sequence[str]:
    """Return the ways to observability platforms that are set up."""
    scraped = rt.settings.metrics_port is not None or rt.settings.metrics_token is not None
    datadog = rt.settings.dogstatsd_address is not None or rt.settings.datadog_api_key is not None
    named = {"Prometheus": scraped, "OpenTelemetry": rt.settings.otlp_targets is not None, "Datadog": datadog}
    return [name for name, is_set in named.items() if is_set]
