"""What every act needs: the workspace, the way to the app, and the questions who acts and what they can see."""

from dataclasses import dataclass

from bot.sandbox.slack.delivery import Ack, Delivery, Kind
from bot.sandbox.slack.errors import ActError
from bot.sandbox.slack.payloads import event_callback
from bot.sandbox.slack.state import Channel, Json, Message, User, View
from bot.sandbox.slack.workspace import SlackWorkspace


@dataclass(frozen=True)
class Stage:
    """Where acts happen."""

    workspace: SlackWorkspace
    delivery: Delivery

    def actor(self, user_id: str, *, insider: bool = False) -> User:
        """Return who acts; deactivated people and bots cannot, and with `insider` people of another company neither."""
        user = self.workspace.users.get(user_id)
        if user is None or user.is_bot:
            raise ActError("no_such_user", f"There is no person {user_id!r}.")
        if user.deleted:
            raise ActError("user_deactivated", f"{user.name} is deactivated and can't do anything here.")
        if insider and self.workspace.is_outsider(user):
            raise ActError("external_user", f"{user.name} belongs to another company; only members of Acme can do this.")
        return user

    def place(self, user: User, channel_id: str) -> Channel:
        """Return a channel in which `user` is; `dm` stands for their own conversation with the bot."""
        if channel_id == "dm" and not self.workspace.is_outsider(user):
            return self.workspace.dm(user.id)
        channel = self.workspace.channels.get(channel_id)
        if channel is None or not self.workspace.is_member(channel, user.id):
            raise ActError("not_in_channel", f"{user.name} is not in {channel_id}.")
        return channel

    def message(self, user: User, channel_id: str, ts: str) -> Message:
        """Return a message that `user` can see."""
        channel = self.place(user, channel_id)
        message = self.workspace.message(channel.id, ts, ephemeral_to=user.id)
        if message is None:
            raise ActError("no_such_message", f"{user.name} sees no message {ts} in {channel_id}.")
        return message

    def modal(self, user: User, view_id: str) -> View:
        """Return the modal that `user` has on top."""
        stack = self.workspace.modals.get(user.id, [])
        if not stack or stack[-1].id != view_id:
            raise ActError("no_such_view", f"{user.name} doesn't have the form {view_id} in front.")
        return stack[-1]

    def surface(self, user: User, where: Json) -> Message | View:
        """Return what `{channel, ts}`, `{view_id}` or `{home: true}` means."""
        home = self.workspace.homes.get(user.id)
        if where.get("home") or (home is not None and where.get("view_id") == home.id):
            if home is None:
                raise ActError("no_such_view", f"{user.name} has no Home tab yet.")
            return home
        if where.get("view_id"):
            return self.modal(user, str(where["view_id"]))
        return self.message(user, str(where.get("channel", "")), str(where.get("ts", "")))

    async def ask(self, kind: Kind, payload: Json) -> Ack:
        """Deliver something that a person waits for; no ack is what the person sees as an error."""
        ack = await self.delivery.deliver(kind, payload)
        if not ack.acked:
            raise ActError("operation_timeout", f"The app did not answer in time ({ack.reason}).")
        return ack

    async def emit(self, event: Json, *, subscription: str | None = None, shared: bool = False) -> bool:
        """Deliver an event if the app subscribes to it; True when it was acked at the first attempt."""
        if (subscription or event["type"]) not in self.workspace.subscribed:
            return False
        payload = event_callback(self.workspace, event, is_ext_shared_channel=shared)
        return (await self.delivery.deliver("events_api", payload)).acked
