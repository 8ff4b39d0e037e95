"""What the bot needs from Slack, on one page."""

from typing import Any, Protocol

from bot.slack.model import Message, OpenView, Sent, SlackChannel, SlackPerson, SlackSelf


class Notifier(Protocol):
    """Slack. Every call may raise SlackDown (nothing is known) or SlackRefused (it said no)."""

    async def send(self, channel: str, message: Message, *, thread_ts: str | None = None) -> Sent:
        """Post a message to a channel, or to a person by their user id. Never repeated blindly."""
        ...

    async def redraw(self, sent: Sent, message: Message) -> None:
        """Replace a message that the bot sent."""
        ...

    async def delete(self, sent: Sent) -> None:
        """Delete a message that the bot sent."""
        ...

    async def permalink(self, sent: Sent) -> str:
        """Return the address under which Slack shows a message."""
        ...

    async def put_file(self, name: str, content: bytes, alt_text: str) -> str:
        """Upload a file and return its id. Nobody sees it until it is shared, which works once."""
        ...

    async def share_file(self, file_id: str, name: str, channel: str, *, thread_ts: str | None = None) -> None:
        """Share a file in a channel or thread."""
        ...

    async def delete_file(self, file_id: str) -> None:
        """Delete a file of the bot wherever it is shown. One that is gone already counts as deleted."""
        ...

    async def upload(self, name: str, content: bytes, alt_text: str) -> str:
        """Store a file without sharing it and return its id, to be shown in an image block."""
        ...

    async def person(self, slack_id: str, *, fresh: bool = False) -> SlackPerson:
        """Return a person; a minute old at most, or as of now with `fresh`."""
        ...

    async def person_at(self, email: str) -> SlackPerson | None:
        """Return the active person with an e-mail address, a minute old at most; None where Slack shows none."""
        ...

    async def group_members(self, group_id: str, *, fresh: bool = False) -> frozenset[str]:
        """Return the user ids in a Slack user group."""
        ...

    async def channel(self, channel_id: str, *, fresh: bool = False) -> SlackChannel:
        """Return a channel; a minute old at most, or as of now with `fresh`."""
        ...

    async def is_in_channel(self, channel_id: str, slack_id: str) -> bool:
        """Tell whether a person is in a channel as of now."""
        ...

    async def answer(self, response_url: str, message: Message, *, in_channel: bool = False, replace: bool = False) -> None:
        """Answer an act through its response url: to the person alone, unless `in_channel`; `replace` redraws the origin."""
        ...

    async def open_view(self, trigger_id: str, view: dict[str, Any]) -> OpenView:
        """Open a modal. A trigger lives for 3 seconds and works once."""
        ...

    async def push_view(self, trigger_id: str, view: dict[str, Any]) -> OpenView:
        """Open a modal on top of the one that is open."""
        ...

    async def update_view(self, view_id: str, view: dict[str, Any], as_it_was: str = "") -> OpenView:
        """Replace a modal that is open; with the hash `as_it_was` only if nothing has changed it since."""
        ...

    async def publish_home(self, slack_id: str, view: dict[str, Any]) -> None:
        """Show somebody their App Home."""
        ...

    async def self_test(self) -> SlackSelf:
        """Return what the bot token belongs to."""
        ...

    def forget(self, slack_id: str) -> None:
        """Drop what is remembered about a person, group or channel, because Slack said that it changed."""
        ...
