"""What `check` and `doctor` say of those who get telemetry."""

from collections.abc import Mapping
from pathlib import Path

from bot.settings.model import Settings
from bot.settings.network import MENDS
from bot.settings.parse import is_loopback
from bot.settings.sources import bare
from bot.telemetry.targets import Target, examine_targets
from bot.telemetry.wire import Receipt, Verdict, Way, post

_WITHIN = 10.0


def target_faults(env: Mapping[str, str]) -> list[str]:
    """Return what is wrong with the file of OTLP_TARGETS, a line each, file and line first; nothing without one."""
    given = bare(env.get("OTLP_TARGETS", ""))
    _, faults = examine_targets(Path(given)) if given else ((), ())
    return [f"{given}:{fault.line}: {fault.sentence}" for fault in faults]


def in_plain_http(env: Mapping[str, str]) -> list[str]:
    """Return a line for each target whose headers, which are secrets, go over the network as they are."""
    given = bare(env.get("OTLP_TARGETS", ""))
    targets, _ = examine_targets(Path(given)) if given else ((), ())
    return [
        f"{given}: The target {one.name} of OTLP_TARGETS is plain http to another machine, so others on the network can read"
        " its headers."
        for one in targets
        if one.headers and any(url.lower().startswith("http:") and not is_loopback(url) for url in (one.url, one.traces_url))
    ]


async def ask_targets(settings: Settings) -> list[tuple[bool, str]]:
    """Ask each target whether it would take a push, by one of nothing; returns whether it would, and a sentence."""
    if settings.otlp_targets is None:
        return []
    targets, faults = examine_targets(settings.otlp_targets)
    found = [(False, f"{settings.otlp_targets}:{fault.line}: {fault.sentence}") for fault in faults]
    for target in targets:
        found.append(await _ask(settings, target, target.url, "figures"))
        if target.traces_url:
            found.append(await _ask(settings, target, target.traces_url, "traces"))
    return found


async def _ask(settings: Settings, target: Target, url: str, what: str) -> tuple[bool, str]:
    from bot.telemetry.otlp import empty_request

    receipt = await post(target, url, empty_request(), Way(settings.proxy_for(url), settings.ssl_cert_file), _WITHIN)
    if receipt.verdict is Verdict.TAKEN:
        return True, f"The target {target.name} of OTLP_TARGETS takes {what}."
    return False, f"The target {target.name} of OTLP_TARGETS doesn't take {what} ({receipt.because}). {_mend(receipt)}"


def _mend(receipt: Receipt) -> str:
    mends = {
        "HTTP 401": "Check the key in its headers.",
        "HTTP 403": "Check the key in its headers.",
        "HTTP 404": "Check its address: OTLP over HTTP usually ends with /v1/metrics or /v1/traces.",
        **MENDS,
        "HTTP 415": "It doesn't take protobuf. Check its address.",
    }
    by_class = {
        "HTTP 3": "It sends elsewhere, where I don't follow: give the address behind that.",
        "HTTP 429": "It asks to come later. Nothing is lost: I try again.",
        "HTTP 4": "It answers, but not as a receiver of OTLP does.",
        "HTTP 5": "It, or a gateway before it, fails. Nothing is lost: I try again.",
    }
    default = next((said for begins, said in by_class.items() if receipt.because.startswith(begins)), "")
    return mends.get(receipt.because, default or "Check its address, and the network or the proxy on the way.")
