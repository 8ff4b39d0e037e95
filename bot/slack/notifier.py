"""Slack as the bot's port: the only place that calls the Web API. Errors are narrowed to two and never carry a payload."""

import asyncio
import contextlib
import json
from typing import Any

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from bot.cache import Cache
from bot.errors import SlackDown, SlackRefused
from bot.slack.model import Message, OpenView, Sent, SlackChannel, SlackPerson, SlackSelf
from bot.slack.probe import granted_scopes
from bot.slack.shapes import channel_of, person_of

log = structlog.get_logger()

KEEP_SECONDS = 60.0
MOST_PATIENCE = 20.0
_QUIET = {"unfurl_links": False, "unfurl_media": False}
DEAD_TRIGGER = frozenset({"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id"})
"""Slack's words for a click that was answered with a modal too late (slack.md §4)."""
_LOST = (aiohttp.ClientError, TimeoutError, ConnectionError, json.JSONDecodeError)


class SlackNotifier:
    """The Notifier port on slack_sdk.

    Reads are remembered for a minute; a post whose outcome is unknown is never repeated.
    """

    def __init__(self, client: AsyncWebClient, session: aiohttp.ClientSession, *, trust_missing_flags: bool = False) -> None:
        self._client: Any = client
        self._trusts = trust_missing_flags
        self._session = session
        self._people = Cache(self._load_person, KEEP_SECONDS)
        self._groups = Cache(self._load_group, KEEP_SECONDS)
        self._channels = Cache(self._load_channel, KEEP_SECONDS)

    async def send(self, channel: str, message: Message, *, thread_ts: str | None = None) -> Sent:
        """Post a message."""
        answer = await self._call(
            "chat.postMessage", channel=channel, text=message.text, blocks=message.blocks or None,
            thread_ts=thread_ts, metadata=message.metadata, **_QUIET,
        )  # fmt: skip
        return Sent(str(answer["channel"]), str(answer["ts"]))

    async def redraw(self, sent: Sent, message: Message) -> None:
        """Replace a message; repeating it does no harm, so a lost answer is tried once more."""
        await self._call(
            "chat.update", repeat=True, channel=sent.channel, ts=sent.ts, text=message.text[:3900],
            blocks=message.blocks,
        )  # fmt: skip

    async def send_file(
        self, channel: str, name: str, content: bytes, alt_text: str, *, thread_ts: str | None = None, comment: str = ""
    ) -> None:
        """Share a file."""
        file_id = await self._put(name, content, alt_text)
        await self._call(
            "files.completeUploadExternal", files=[{"id": file_id, "title": name}], channel_id=channel,
            thread_ts=thread_ts, initial_comment=comment or None,
        )  # fmt: skip

    async def upload(self, name: str, content: bytes, alt_text: str) -> str:
        """Store a file and return its id."""
        file_id = await self._put(name, content, alt_text)
        await self._call("files.completeUploadExternal", files=[{"id": file_id, "title": name}])
        return file_id

    async def _put(self, name: str, content: bytes, alt_text: str) -> str:
        slot = await self._call("files.getUploadURLExternal", filename=name, length=len(content), alt_txt=alt_text[:1000])
        try:
            async with self._session.post(str(slot["upload_url"]), data=content) as response:
                if response.status != 200:
                    raise SlackRefused("Slack didn't take the file.", f"upload_{response.status}")
        except _LOST:
            raise SlackDown("Slack didn't take the file: no answer.") from None
        return str(slot["file_id"])

    async def person(self, slack_id: str, *, fresh: bool = False) -> SlackPerson:
        """Return a person."""
        return await self._people.get(slack_id, fresh=fresh)

    async def group_members(self, group_id: str, *, fresh: bool = False) -> frozenset[str]:
        """Return the user ids in a user group; one that no longer exists is empty."""
        return await self._groups.get(group_id, fresh=fresh)

    async def channel(self, channel_id: str, *, fresh: bool = False) -> SlackChannel:
        """Return a channel."""
        return await self._channels.get(channel_id, fresh=fresh)

    async def _load_person(self, slack_id: str) -> SlackPerson:
        return person_of((await self._call("users.info", repeat=True, user=slack_id))["user"])

    async def _load_group(self, group_id: str) -> frozenset[str]:
        try:
            answer = await self._call("usergroups.users.list", repeat=True, usergroup=group_id)
        except SlackRefused as refusal:
            if refusal.code in ("no_such_subteam", "subteam_not_found"):
                return frozenset()
            raise
        return frozenset(map(str, answer["users"]))

    async def _load_channel(self, channel_id: str) -> SlackChannel:
        found = (await self._call("conversations.info", repeat=True, channel=channel_id))["channel"]
        return channel_of(found, trust_missing=self._trusts)

    async def answer(self, response_url: str, message: Message, *, in_channel: bool = False, replace: bool = False) -> None:
        """Answer through a response url, which is never logged: its holder may post."""
        body: dict[str, Any] = {
            "text": message.text,
            "response_type": "in_channel" if in_channel else "ephemeral",
            "replace_original": replace,
            **_QUIET,
        }
        if message.blocks:
            body["blocks"] = message.blocks
        try:
            async with self._session.post(response_url, json=body) as response:
                if response.status != 200:
                    raise SlackRefused("Slack didn't take the answer.", f"response_url_{response.status}")
        except _LOST:
            raise SlackDown("Slack didn't take the answer: no answer.") from None

    async def open_view(self, trigger_id: str, view: dict[str, Any]) -> OpenView:
        """Open a modal."""
        return _open_view(await self._call("views.open", trigger_id=trigger_id, view=view))

    async def push_view(self, trigger_id: str, view: dict[str, Any]) -> OpenView:
        """Open a modal on top."""
        return _open_view(await self._call("views.push", trigger_id=trigger_id, view=view))

    async def update_view(self, view_id: str, view: dict[str, Any], as_it_was: str = "") -> OpenView:
        """Replace a modal."""
        return _open_view(await self._call("views.update", repeat=True, view_id=view_id, view=view, hash=as_it_was or None))

    async def publish_home(self, slack_id: str, view: dict[str, Any]) -> None:
        """Show an App Home."""
        await self._call("views.publish", repeat=True, user_id=slack_id, view=view)

    async def self_test(self) -> SlackSelf:
        """Return what the bot token belongs to."""
        response = await self._response("auth.test", repeat=True)
        answer = dict(response.data)
        return SlackSelf(
            str(answer["team_id"]), str(answer.get("enterprise_id") or ""), str(answer["user_id"]), granted_scopes(response)
        )

    def forget(self, slack_id: str) -> None:
        """Drop what is remembered about a person, group or channel."""
        for cache in (self._people, self._groups, self._channels):
            cache.forget(slack_id)

    async def _call(self, method: str, *, repeat: bool = False, **arguments: Any) -> dict[str, Any]:
        return dict((await self._response(method, repeat=repeat, **arguments)).data)

    async def _response(self, method: str, *, repeat: bool = False, **arguments: Any) -> Any:
        """Call a method. 429 waits as Slack says, within patience; a lost answer is repeated only where that is harmless."""
        given = {name: value for name, value in arguments.items() if value is not None}
        in_doubt = False  # an earlier attempt may have arrived: what Slack refuses now says nothing about that one
        for attempt in (1, 2, 3):
            try:
                return await self._client.api_call(method, **_body(method, given))
            except SlackApiError as error:
                wait = _retry_after(error)
                if wait is None or attempt == 3 or wait > MOST_PATIENCE:
                    narrowed = await self._narrow(method, error)
                    raise SlackDown(f"Slack did not answer ({method}).", narrowed.code) if in_doubt else narrowed from None
                await asyncio.sleep(wait)
            except (*_LOST, SlackClientError):
                in_doubt = True
                if not repeat or attempt == 3:
                    raise SlackDown(f"Slack did not answer ({method}).") from None
                await asyncio.sleep(0.2 * attempt)
        raise SlackDown(f"Slack did not answer ({method}).")

    async def _narrow(self, method: str, error: SlackApiError) -> SlackRefused | SlackDown:
        # The error's own text holds the whole answer; only Slack's code leaves this function (slack.md §8).
        code, status = _code_of(error), _status_of(error)
        if code == "ratelimited" or status >= 500 or not code:
            return SlackDown(f"Slack is busy ({method}).", code)
        with contextlib.suppress(Exception):
            log.info("slack_refused", method=method, code=code, messages=_messages_of(error))
        is_late = code in DEAD_TRIGGER
        return SlackRefused("That took too long." if is_late else f"Slack refused {method}: {code}.", code)


def _body(method: str, given: dict[str, Any]) -> dict[str, Any]:
    # Methods that write take JSON; those that read want a form, and ignore a JSON body (slack.md §7.1).
    writes = method.startswith(("chat.", "views.")) or method == "files.completeUploadExternal"
    return {"json": given} if writes else {"data": given}


def _open_view(answer: Any) -> OpenView:
    return OpenView(str(answer["view"]["id"]), str(answer["view"].get("hash") or ""))


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
