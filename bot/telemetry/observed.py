"""What a process counts and tells of itself, as its settings want it."""

import structlog

from bot.errors import QuartermasterError
from bot.settings.model import Settings
from bot.telemetry.meter import Meter
from bot.telemetry.targets import read_targets
from bot.telemetry.wire import Way

log = structlog.get_logger()


def meter_of(settings: Settings) -> Meter:
    """Return a meter, whose spans go to the targets that want them. A file with faults is none, which is logged."""
    meter = Meter()
    try:
        targets = read_targets(settings.otlp_targets)
    except QuartermasterError as error:
        log.warning("targets_not_read", because=error.sentence)
        return meter
    if wanting := [one for one in targets if one.traces_url or one.own_metrics]:
        from bot.telemetry.tracing import Traced

        meter.spans = Traced(wanting, lambda url: Way(settings.proxy_for(url), settings.ssl_cert_file), meter)
    return meter
