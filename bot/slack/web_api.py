"""Calls of Slack's Web API: repeated where that is harmless, with errors that never carry a payload."""

import asyncio
import contextlib
import json
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.errors import SlackDown, SlackRefused, SlackTooLate, SlackWindowClosed
from bot.own_secrets import all_without_secrets
from bot.slack.refusals import PASSING, REFUSED_TOKEN

log = structlog.get_logger()

_TELL: Final = "Tell the people who run Quartermaster."
MOST_PATIENCE = 20.0
LOST = (aiohttp.ClientError, TimeoutError, ConnectionError, json.JSONDecodeError)
"""How an answer of Slack fails to come."""
_DEAD_TRIGGERS = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired"})


class WebApi:
    """The Web API on slack_sdk."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client: Any = client

    async def response(self, method: str, *, repeat: bool = False, **arguments: Any) -> Any:
        """Return what a method answers; SlackDown or SlackRefused.

        429 waits as Slack says, within patience; a lost answer is repeated only where that is harmless (`repeat`).
        """
        given: dict[str, Any] = all_without_secrets({name: value for name, value in arguments.items() if value is not None})
        in_doubt = False  # an earlier attempt may have arrived: what Slack refuses now says nothing about that one
        for attempt in (1, 2, 3):
            try:
                return await self._client.api_call(method, **_body(method, given))
            except SlackApiError as error:
                wait = _retry_after(error)
                if wait is None or attempt == 3 or wait > MOST_PATIENCE:
                    narrowed = _narrowed(method, error)
                    raise SlackDown(f"Slack did not answer ({method}).", narrowed.code) if in_doubt else narrowed from None
                await asyncio.sleep(wait)
            except (*LOST, SlackClientError):
                in_doubt = True
                if not repeat or attempt == 3:
                    raise SlackDown(f"Slack did not answer ({method}).") from None
                await asyncio.sleep(0.2 * attempt)
        raise SlackDown(f"Slack did not answer ({method}).")


def _narrowed(method: str, error: SlackApiError) -> SlackRefused | SlackDown:
    # The error's own text holds the whole answer; only Slack's code leaves this function (slack.md §8).
    code, status = _code_of(error), _status_of(error)
    if code in PASSING or status >= 500 or not code:
        return SlackDown(f"Slack is busy ({method}).", code)
    with contextlib.suppress(Exception):
        log.info("slack_refused", method=method, code=code, messages=_messages_of(error))
    if code in _DEAD_TRIGGERS:
        return SlackTooLate("That took too long, so Slack didn't let me open the window. Press it again.", code)
    if (method, code) == ("views.update", "not_found"):
        return SlackWindowClosed("You closed the window.", code)
    return SlackRefused(_in_words(method, code, str(_data_of(error).get("needed") or "")), code)


def _in_words(method: str, code: str, needed: str) -> str:
    """Return what people are told of a refusal; Slack's own words only where no others are known."""
    if code in REFUSED_TOKEN:
        return f"Slack doesn't accept my token any more. {_TELL}"
    if code == "missing_scope":
        return f"The Slack app has no permission for this{f': it needs {needed}' if needed else ''}. {_TELL}"
    return f"Slack refused {method}: {code}."


def _body(method: str, given: dict[str, Any]) -> dict[str, Any]:
    # Methods that write take JSON; those that read want a form, and ignore a JSON body (slack.md §7.1).
    is_chat = method.startswith(("chat.", "views.")) and method != "chat.getPermalink"
    writes = is_chat or method == "files.completeUploadExternal"
    return {"json": given} if writes else {"data": given}


def _response_of(error: SlackApiError) -> Any:
    response: Any = error.response  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - untyped there
    return response


def _data_of(error: SlackApiError) -> dict[str, Any]:
    data: Any = getattr(_response_of(error), "data", None)
    return dict(data) if isinstance(data, dict) else {}  # pyright: ignore[reportUnknownArgumentType] - any JSON object


def _code_of(error: SlackApiError) -> str:
    return str(_data_of(error).get("error") or "")


def _messages_of(error: SlackApiError) -> Any:
    return _data_of(error).get("response_metadata") or {}


def _status_of(error: SlackApiError) -> int:
    return int(getattr(_response_of(error), "status_code", 0) or 0)


def _retry_after(error: SlackApiError) -> float | None:
    if _status_of(error) != 429:
        return None
    headers: dict[str, str] = dict(getattr(_response_of(error), "headers", {}) or {})
    given = next((value for name, value in headers.items() if name.lower() == "retry-after"), "1")
    try:
        return float(given)
    except ValueError:
        return 1.0
