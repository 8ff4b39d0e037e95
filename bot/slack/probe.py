"""What Slack says about our tokens; mostly for `python -m bot doctor`, which must work where the bot does not start."""

import asyncio
import logging
from dataclasses import dataclass
from typing import cast

import aiohttp
from pydantic import SecretStr
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.settings.model import Settings
from bot.settings.network import MENDS, authorities, silence
from bot.slack.shapes import channel_of, person_of

WITHIN = 10
"""Seconds for a call."""
_LOG = logging.getLogger("slack_sdk.web")
_NO_ANSWER = (aiohttp.ClientError, asyncio.TimeoutError, OSError)


@dataclass(frozen=True)
class SlackProbe:
    """Who the bot token is; `error` is Slack's word when the call failed, `no_answer`, or what is wrong with TLS.

    `enterprise_id` is "" outside of Enterprise Grid, where an installation for the whole organization may name that alone.
    `scopes` are those granted.
    """

    error: str | None = None
    team_id: str = ""
    enterprise_id: str = ""
    team: str = ""
    user: str = ""
    scopes: frozenset[str] = frozenset()


def web_client(settings: Settings, token: SecretStr | None, session: aiohttp.ClientSession | None = None) -> AsyncWebClient:
    """Return a client of Slack's as the settings describe it; the SDK itself repeats nothing.

    It would repeat a post whose connection broke, and so post it twice; the notifier decides that itself.
    """
    proxy = settings.proxy_for(settings.slack_api_url)
    # The SDK looks at its logger's own level: where that isn't set it puts each call and answer into words for nobody.
    _LOG.setLevel(logging.WARNING)
    client = AsyncWebClient(
        token=token.get_secret_value() if token else None,
        base_url=settings.slack_api_url,
        timeout=WITHIN,
        session=session,
        ssl=authorities(settings.ssl_cert_file),
        proxy=proxy,
        retry_handlers=[],
        logger=_LOG,
    )
    client.proxy = proxy  # without one the SDK takes it from the environment, where NO_PROXY counts for nothing
    return client


async def probe_bot_token(settings: Settings) -> SlackProbe:
    """Call auth.test."""
    client = web_client(settings, settings.slack_bot_token)
    try:
        answer = await _call(client, "auth.test")
    except SlackApiError as error:
        return SlackProbe(error=_code(error))
    except _NO_ANSWER as error:
        return SlackProbe(error=_silence(error))
    names = ("team_id", "enterprise_id", "team", "user")
    team_id, enterprise_id, team, user = (_text(answer.get(name)) for name in names)
    return SlackProbe(None, team_id or enterprise_id, enterprise_id, team, user, granted_scopes(answer))


def granted_scopes(answer: AsyncSlackResponse) -> frozenset[str]:
    """Return the scopes that a token has, from the headers of any answer to it; empty where a proxy took them away."""
    headers = {name.lower(): str(value) for name, value in _headers(answer).items()}
    return frozenset(scope.strip() for scope in headers.get("x-oauth-scopes", "").split(",") if scope.strip())


async def probe_app_token(settings: Settings) -> str | None:
    """Ask for a Socket Mode address without using it; return Slack's word for what is wrong, or None."""
    client = web_client(settings, settings.slack_app_token)
    try:
        await _call(client, "apps.connections.open")
    except SlackApiError as error:
        return _code(error)
    except _NO_ANSWER as error:
        return _silence(error)
    return None


async def probe_channel(settings: Settings, channel: str) -> str | None:
    """Return what keeps cards from being posted to a channel, in words, or None."""
    client = web_client(settings, settings.slack_bot_token)
    try:
        answer = await _call(client, "conversations.info", channel=channel)
    except SlackApiError as error:
        return f"Slack doesn't show it to the bot ({_code(error)}); check its id, and invite the bot"
    except _NO_ANSWER:
        return "Slack didn't answer"
    found = channel_of(cast(dict[str, object], answer.get("channel") or {}), trust_missing=settings.trust_missing_flags)
    if found.is_archived:
        return "it is archived"
    if found.is_unsaid:
        return "Slack leaves out is_ext_shared of it; where that is usual, set TRUST_MISSING_FLAGS=true"
    if found.is_shared_outside:
        return "it is shared with another company, so nothing is posted there"
    return None if found.is_member else "the bot isn't in it; invite it"


async def probe_person(settings: Settings, slack_id: str) -> list[str]:
    """Return what Slack leaves out of a person; nothing where it doesn't answer, or knows no active account of them."""
    try:
        answer = await _call(web_client(settings, settings.slack_bot_token), "users.info", user=slack_id)
    except (SlackApiError, *_NO_ANSWER):
        return []
    person = person_of(cast(dict[str, object], answer.get("user") or {}))
    return [] if person.deleted else person.missing


async def _call(client: AsyncWebClient, method: str, **arguments: str) -> AsyncSlackResponse:
    return await client.api_call(method, params=arguments)  # pyright: ignore[reportUnknownMemberType] # the SDK leaves its dicts untyped


def _silence(error: BaseException) -> str:
    said = silence(error)
    return said if said in MENDS else "no_answer"


def _headers(answer: AsyncSlackResponse) -> dict[str, object]:
    return cast(dict[str, object], answer.headers)  # pyright: ignore[reportUnknownMemberType] # the same


def _code(error: SlackApiError) -> str:
    """Take the code alone: the error's text repeats the whole response, which is no dict where a proxy answered."""
    data: object = cast(object, error.response.data)  # pyright: ignore[reportUnknownMemberType] # the SDK's untyped dicts
    return _text(cast(dict[str, object], data).get("error")) or "unknown_error" if isinstance(data, dict) else "no_answer"


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
