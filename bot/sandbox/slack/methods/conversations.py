"""conversations.*: what channels there are, who is in them, and the direct conversation with a person."""

from bot.sandbox.people import BOT_USER_ID
from bot.sandbox.slack.call import Call, Method, page
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.shapes import channel_json
from bot.sandbox.slack.state import Channel, Json

_TYPES = {"public_channel": "channels", "private_channel": "groups", "im": "im", "mpim": "mpim"}


def _kind(channel: Channel) -> str:
    return "im" if channel.is_im else "private_channel" if channel.is_private else "public_channel"


def _visible_channel(call: Call) -> Channel:
    channel = call.workspace.channels.get(call.required("channel"))
    if channel is None or (channel.is_private and BOT_USER_ID not in channel.members):
        raise SlackError("channel_not_found")
    call.need_scope(f"{_TYPES[_kind(channel)]}:read")
    return channel


async def info(call: Call) -> Json:
    """Describe one channel."""
    return {"channel": channel_json(call.workspace, _visible_channel(call))}


def _of_types(call: Call) -> list[Channel]:
    types = call.words("types") or ["public_channel"]
    for name in types:
        if name not in _TYPES:
            raise SlackError("invalid_types")
        call.need_scope(f"{_TYPES[name]}:read")
    found = [channel for channel in call.workspace.channels.values() if _kind(channel) in types]
    if call.flag("exclude_archived"):
        found = [channel for channel in found if not channel.is_archived]
    return [channel for channel in found if not channel.is_private or BOT_USER_ID in channel.members]


async def list_channels(call: Call) -> Json:
    """List the channels of the asked types, a page at a time."""
    part, more = page(call, _of_types(call))
    return {"channels": [channel_json(call.workspace, channel) for channel in part], "response_metadata": more}


async def users_conversations(call: Call) -> Json:
    """List the channels of a person, by default of the bot itself."""
    who = call.text("user", BOT_USER_ID)
    if who not in call.workspace.users:
        raise SlackError("user_not_found")
    part, more = page(call, [channel for channel in _of_types(call) if who in channel.members])
    return {"channels": [channel_json(call.workspace, channel) for channel in part], "response_metadata": more}


async def members(call: Call) -> Json:
    """List who is in a channel."""
    channel = _visible_channel(call)
    present = [user_id for user_id in channel.members if call.workspace.is_member(channel, user_id)]
    part, more = page(call, present)
    return {"members": part, "response_metadata": more}


async def join(call: Call) -> Json:
    """Put the bot into a public channel."""
    channel = call.workspace.channels.get(call.required("channel"))
    if channel is None or channel.is_private:
        raise SlackError("channel_not_found")
    if channel.is_im:
        raise SlackError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise SlackError("is_archived")
    extra: Json = {}
    if BOT_USER_ID in channel.members:
        extra = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    else:
        channel.members.append(BOT_USER_ID)
    return {"channel": channel_json(call.workspace, channel)} | extra


async def open_dm(call: Call) -> Json:
    """Open the direct conversation with exactly one person."""
    call.need_scope("im:write")
    if call.has("channel"):
        channel = call.workspace.channels.get(call.text("channel"))
        if channel is None or not channel.is_im:
            raise SlackError("channel_not_found")
        return {"channel": {"id": channel.id}}
    wanted = call.words("users")
    if not wanted:
        raise SlackError("users_list_not_supplied")
    if len(wanted) > 1:
        call.need_scope("mpim:write")
        raise SlackError("method_not_supported_for_channel_type")
    user = call.workspace.users.get(wanted[0])
    if user is None:
        raise SlackError("user_not_found")
    if user.deleted:
        raise SlackError("user_disabled")
    if user.is_bot:
        raise SlackError("invalid_user_combination")
    if call.workspace.is_outsider(user):
        raise SlackError("user_not_visible")
    known = any(channel.im_user == user.id for channel in call.workspace.channels.values())
    channel = call.workspace.dm(user.id)
    shown = channel_json(call.workspace, channel) if call.flag("return_im") else {"id": channel.id}
    return {"channel": shown} | ({"no_op": True, "already_open": True} if known else {})


METHODS = (
    Method("conversations.info", info),
    Method("conversations.list", list_channels),
    Method("conversations.members", members),
    Method("conversations.join", join, scope="channels:join"),
    Method("conversations.open", open_dm),
    Method("users.conversations", users_conversations),
)
