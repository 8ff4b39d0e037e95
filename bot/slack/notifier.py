"""Slack as the bot's port: what it posts, draws, reads and opens."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any, cast

import aiohttp
import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.cache import Cache
from bot.errors import SlackDown, SlackError, SlackRefused
from bot.slack.model import Message, OpenView, Sent, SlackChannel, SlackPerson, SlackSelf
from bot.slack.probe import granted_scopes
from bot.slack.refusals import NO_SUCH_GROUP
from bot.slack.shapes import channel_of, person_of, refused_in
from bot.slack.web_api import LOST, WebApi

log = structlog.get_logger()

KEEP_SECONDS = 60.0
_QUIET = {"unfurl_links": False, "unfurl_media": False}


class SlackNotifier:
    """The Notifier port on slack_sdk.

    Reads are remembered for a minute; a post whose outcome is unknown is never repeated.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        session: aiohttp.ClientSession,
        *,
        trust_missing_flags: bool = False,
        proxy_for: Callable[[str], str | None] = lambda _url: None,
        may_answer_at: Callable[[str], bool] = lambda _url: True,
    ) -> None:
        self._web = WebApi(client)
        self._trusts = trust_missing_flags
        self._session = session
        self._proxy_for, self._may_answer_at = proxy_for, may_answer_at
        self._people = Cache(self._load_person, KEEP_SECONDS)
        self._addresses = Cache(self._load_person_at, KEEP_SECONDS)
        self._groups = Cache(self._load_group, KEEP_SECONDS)
        self._channels = Cache(self._load_channel, KEEP_SECONDS)

    async def send(self, channel: str, message: Message, *, thread_ts: str | None = None) -> Sent:
        """Post a message."""
        answer = await self._call(
            "chat.postMessage", channel=channel, text=message.text, blocks=message.blocks or None,
            thread_ts=thread_ts, metadata=message.metadata, **_QUIET,
        )  # fmt: skip
        sent, shown = Sent(str(answer["channel"]), str(answer["ts"])), answer.get("message")
        if thread_ts and isinstance(shown, dict) and not cast("dict[str, Any]", shown).get("thread_ts"):
            await self._take_back(sent)
        return sent

    async def _take_back(self, sent: Sent) -> None:
        """Delete a reply that stands at the channel's root, because its parent is gone (slack.md §7.3).

        SlackRefused then, as where Slack refuses such a reply; a reply that can't be deleted stands, and counts as sent.
        """
        try:
            await self.delete(sent)
        except SlackError as error:
            log.warning("reply_without_its_thread", code=error.code)
            return
        raise SlackRefused("Slack has no such thread any more.", "cannot_reply_to_message")

    async def redraw(self, sent: Sent, message: Message) -> None:
        """Replace a message; repeating it does no harm, so a lost answer is tried once more."""
        await self._call(
            "chat.update", repeat=True, channel=sent.channel, ts=sent.ts, text=message.text[:3900],
            blocks=message.blocks,
        )  # fmt: skip

    async def delete(self, sent: Sent) -> None:
        """Delete a message; repeating it does no harm, so a lost answer is tried once more."""
        await self._call("chat.delete", repeat=True, channel=sent.channel, ts=sent.ts)

    async def permalink(self, sent: Sent) -> str:
        """Return the address of a message."""
        answer = await self._call("chat.getPermalink", repeat=True, channel=sent.channel, message_ts=sent.ts)
        return str(answer["permalink"])

    async def share_file(self, file_id: str, name: str, channel: str, *, thread_ts: str | None = None) -> None:
        """Share a file that was put there."""
        files = [{"id": file_id, "title": name}]
        await self._call("files.completeUploadExternal", files=files, channel_id=channel, thread_ts=thread_ts)

    async def delete_file(self, file_id: str) -> None:
        """Delete a file; repeating it does no harm, so a lost answer is tried once more."""
        try:
            await self._call("files.delete", repeat=True, file=file_id)
        except SlackRefused as refusal:
            if refusal.code not in ("file_deleted", "file_not_found"):
                raise

    async def upload(self, name: str, content: bytes, alt_text: str) -> str:
        """Store a file and return its id."""
        file_id = await self.put_file(name, content, alt_text)
        await self._call("files.completeUploadExternal", files=[{"id": file_id, "title": name}])
        return file_id

    async def put_file(self, name: str, content: bytes, alt_text: str) -> str:
        """Upload a file and return its id."""
        slot = await self._call("files.getUploadURLExternal", filename=name, length=len(content), alt_txt=alt_text[:1000])
        try:
            async with self._post(str(slot["upload_url"]), data=content) as response:
                if response.status != 200:
                    raise SlackRefused("Slack didn't take the file.", f"upload_{response.status}")
        except LOST:
            raise SlackDown("Slack didn't take the file: no answer.") from None
        return str(slot["file_id"])

    async def person(self, slack_id: str, *, fresh: bool = False) -> SlackPerson:
        """Return a person."""
        return await self._people.get(slack_id, fresh=fresh)

    async def person_at(self, email: str) -> SlackPerson | None:
        """Return the active person with an e-mail address, None where Slack shows none."""
        return await self._addresses.get(email)

    async def _load_person_at(self, email: str) -> SlackPerson | None:
        # An Enterprise organization may refuse it, too (slack.md §7.4).
        try:
            answer = await self._call("users.lookupByEmail", repeat=True, email=email)
        except SlackRefused:
            return None
        return person_of(answer["user"])

    async def group_members(self, group_id: str, *, fresh: bool = False) -> frozenset[str]:
        """Return the user ids in a user group. One that no longer exists is empty."""
        return await self._groups.get(group_id, fresh=fresh)

    async def channel(self, channel_id: str, *, fresh: bool = False) -> SlackChannel:
        """Return a channel."""
        return await self._channels.get(channel_id, fresh=fresh)

    async def is_in_channel(self, channel_id: str, slack_id: str) -> bool:
        """Tell whether somebody is in a channel as of now, page by page."""
        cursor = ""
        while True:
            more = {"cursor": cursor} if cursor else {}
            answer = await self._call("conversations.members", repeat=True, channel=channel_id, limit=1000, **more)
            if slack_id in answer["members"]:
                return True
            metadata: dict[str, Any] = answer.get("response_metadata") or {}
            following = str(metadata.get("next_cursor") or "")
            if not following or following == cursor:
                return False
            cursor = following

    async def _load_person(self, slack_id: str) -> SlackPerson:
        return person_of((await self._call("users.info", repeat=True, user=slack_id))["user"])

    async def _load_group(self, group_id: str) -> frozenset[str]:
        try:
            answer = await self._call("usergroups.users.list", repeat=True, usergroup=group_id)
        except SlackRefused as refusal:
            if refusal.code in NO_SUCH_GROUP:
                return frozenset()
            raise
        return frozenset(map(str, answer["users"]))

    async def _load_channel(self, channel_id: str) -> SlackChannel:
        found = (await self._call("conversations.info", repeat=True, channel=channel_id, include_num_members=True))[
            "channel"
        ]
        return channel_of(found, trust_missing=self._trusts)

    async def answer(self, response_url: str, message: Message, *, in_channel: bool = False, replace: bool = False) -> None:
        """Answer through a response url, which is never logged: its holder may post."""
        if not self._may_answer_at(response_url):
            log.warning("response_url_elsewhere")
            raise SlackRefused("That act asks for its answer at an address that isn't Slack's.", "response_url_elsewhere")
        body: dict[str, Any] = {
            "text": message.text,
            "response_type": "in_channel" if in_channel else "ephemeral",
            "replace_original": replace,
            **_QUIET,
        }
        if message.blocks:
            body["blocks"] = message.blocks
        try:
            # Where it leads on to is somebody else's address again.
            async with self._post(response_url, json=body, allow_redirects=False) as response:
                if response.status != 200:
                    raise SlackRefused("Slack didn't take the answer.", f"response_url_{response.status}")
                if code := refused_in(await response.read()):
                    raise SlackRefused("Slack didn't take the answer.", code)
        except LOST:
            raise SlackDown("Slack didn't take the answer: no answer.") from None

    def _post(self, url: str, **what: Any) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        return self._session.post(url, proxy=self._proxy_for(url), **what)

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
        response = await self._web.response("auth.test", repeat=True)
        answer = dict(response.data)
        return SlackSelf(
            str(answer.get("team_id") or answer.get("enterprise_id") or ""),
            str(answer.get("enterprise_id") or ""),
            str(answer["user_id"]),
            granted_scopes(response),
        )

    def forget(self, slack_id: str) -> None:
        """Drop what is remembered about a person, group or channel."""
        for cache in (self._people, self._groups, self._channels):
            cache.forget(slack_id)

    async def _call(self, method: str, *, repeat: bool = False, **arguments: Any) -> dict[str, Any]:
        return dict((await self._web.response(method, repeat=repeat, **arguments)).data)


def _open_view(answer: Any) -> OpenView:
    return OpenView(str(answer["view"]["id"]), str(answer["view"].get("hash") or ""))
