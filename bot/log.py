"""Logging: one JSON object a line on stdout, with a correlation id, and with nothing in it that looks like a secret.

Every record takes this way, also those of libraries that use `logging`, because slack_sdk and httpx log what they send.
"""

import logging
import re
import secrets
import sys
from collections.abc import Mapping
from typing import TextIO, cast

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from bot.own_secrets import HIDDEN, without_secrets
from bot.words.credentials import KNOWN

_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without what people misread aloud: 0 and O, 1 and I
_MAX_DEPTH = 8
_MAX_TEXT = 4000
_SECRET_KEY = re.compile(
    r"authorization|x.?api.?key|cookie|passw|secret|token|credential|signature|private_key|trigger_id|response_url"
    r"|ticket|fernet|(api|admin|audit|encryption|signing)_?keys?$",
    re.IGNORECASE,
)
_SECRET_TEXT = re.compile(
    r"sk-ant-[\w-]{4,}"
    r"|\bxox[a-z](?:\.xox[a-z])?-[\w.-]+"  # bot, user, refresh and rotated tokens: xoxb-, xoxe.xoxb-, xoxe-
    r"|\bxapp-[\w-]+"
    r"|wss?://\S+"  # the ticket is in the address
    r"|https?://hooks\.slack(?:-gov)?\.com/\S+"  # response_url: its holder can post
    r"|https?://\S+/_response/\S+"  # the same in the sandbox
    r"|\b(?:Bearer|Basic)\s+[\w.~+/=-]{6,}"
    r"|(?<=://)[^\s/:@]+:[^\s/@]+(?=@)"  # user:password in an address
    r"|\b\d{9,}\.\d{9,}\.[0-9a-f]{32}\b"  # trigger_id
    r"|\bgAAAA[\w-]{60,}={0,2}",  # what Fernet made
    re.IGNORECASE,
)

_CHATTY = ("slack_sdk", "slack_bolt", "httpx", "httpcore", "apscheduler", "aiosqlite", "alembic", "matplotlib")
"""Libraries that are heard from WARNING up."""
_SCHEDULER = "apscheduler.scheduler"
"""It warns, without a name, of each job that still runs when it is due again; /readyz and metrics name one that hangs."""


def _is_worth_it(record: logging.LogRecord) -> bool:
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] not in _CHATTY


def configure_logging(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Send everything from structlog and `logging` to `stream` (stdout), one JSON object a line."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        _without_colours,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.PositionalArgumentsFormatter(),
        # Local variables stay out: they may hold secrets.
        structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
    ]
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                redact,
                structlog.processors.JSONRenderer(default=_as_text, ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):  # uvicorn brings handlers of its own
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    for name in _CHATTY:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))
    logging.getLogger(_SCHEDULER).setLevel(max(logging.ERROR, root.level))
    # Bolt gives each of its loggers root's level again, and tells whole payloads from INFO down.
    handler.addFilter(_is_worth_it)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,  # tests configure more than once
    )


def _without_colours(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    event.pop("color_message", None)  # uvicorn says everything a second time, with ANSI codes
    return event


def new_reference() -> str:
    """Return a short id to say and to search for, such as 7F2K."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(4))


def bind_correlation(**more: object) -> str:
    """Put a new reference into every record of this task from now on, and return it."""
    structlog.contextvars.clear_contextvars()
    ref = new_reference()
    structlog.contextvars.bind_contextvars(ref=ref, **more)
    return ref


def current_reference() -> str:
    """Return the reference that is in every record of this task; where there is none yet, a new one from now on."""
    bound = structlog.contextvars.get_contextvars().get("ref")
    return str(bound) if bound else bind_correlation()


def redact(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """Processor: hide values under tell-tale keys, and text that looks like a secret inside any string."""
    return cast(EventDict, _cleaned(event, 0))


def redact_text(text: str) -> str:
    """Hide what is a secret of this process in a text, and what looks like one."""
    # By value first: a shape that is a part of a secret would leave the rest of it, which nothing knows any more.
    return KNOWN.sub(HIDDEN, _SECRET_TEXT.sub(HIDDEN, without_secrets(text)))


def _cleaned(value: object, depth: int) -> object:
    if depth > _MAX_DEPTH:
        return "[too deep]"
    if isinstance(value, Mapping):
        pairs = cast(Mapping[object, object], value).items()
        return {redact_text(str(key)): _entry(str(key), inner, depth + 1) for key, inner in pairs}
    if isinstance(value, list | tuple | set | frozenset):
        return [_cleaned(inner, depth + 1) for inner in cast(list[object], value)]
    if value is None or isinstance(value, bool | int | float):
        return value
    text = redact_text(_as_text(value))
    return text if len(text) <= _MAX_TEXT else f"{text[:_MAX_TEXT]}…"


def _entry(key: str, value: object, depth: int) -> object:
    if value and not isinstance(value, bool | int | float) and _SECRET_KEY.search(key):  # counts of tokens are no secret
        return HIDDEN
    return _cleaned(value, depth)


def _as_text(value: object) -> str:
    """Turn anything into text without ever failing, since logging must not break what it reports on."""
    if isinstance(value, bytes):
        return f"<{len(value)} bytes>"
    try:
        return value if isinstance(value, str) else str(value)
    except Exception:
        return f"<{type(value).__name__}>"
