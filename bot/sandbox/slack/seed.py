"""The people, channels and groups with which every sandbox workspace starts."""

from bot.sandbox.people import BOT_USER_ID, CAST, CHANNELS, EVERYBODY, GROUPS, SHARED_CHANNEL, TEAM_ID
from bot.sandbox.slack.state import Channel, Group, User

WORKSPACE_OWNER = "U0BOB"
GUEST_CHANNELS = ("C0ENG", SHARED_CHANNEL)
BOT_CHANNELS = ("C0ENG", "C0APPROVALS", "C0COSTS", SHARED_CHANNEL)


def seed_users() -> dict[str, User]:
    """Return the accounts by id: the cast, the edge cases, the crowd, the bot and Slackbot."""
    cast = {person.slack_id for person in CAST}
    users = {
        person.slack_id: User(
            id=person.slack_id,
            handle=person.handle,
            name=person.name,
            title=person.title,
            role=person.role,
            email=person.address,
            tz=person.tz,
            team_id=person.team_id,
            is_restricted=person.guest,
            is_stranger=person.stranger,
            is_admin=person.slack_id == WORKSPACE_OWNER,
            is_owner=person.slack_id == WORKSPACE_OWNER,
            is_primary_owner=person.slack_id == WORKSPACE_OWNER,
            is_email_confirmed=person.email_confirmed,
            deleted=person.deleted,
            in_cast=person.slack_id in cast,
        )
        for person in EVERYBODY
    }
    bot = User(BOT_USER_ID, "quartermaster", "Quartermaster", "", None, "", "Europe/Berlin", TEAM_ID, is_bot=True)
    # Slack's own helper has is_bot false (slack.md 7.4).
    slackbot = User("USLACKBOT", "slackbot", "Slackbot", "", None, "", "Europe/Berlin", TEAM_ID)
    return users | {bot.id: bot, slackbot.id: slackbot}


def seed_channels(users: dict[str, User]) -> dict[str, Channel]:
    """Return the channels by id: full members are in all internal ones, guests and outsiders where they belong."""
    channels = {key: Channel(key, name, is_ext_shared=shared) for key, (name, shared) in CHANNELS.items()}
    for channel in channels.values():
        channel.members = [user.id for user in users.values() if _belongs(user, channel)]
    return channels


def _belongs(user: User, channel: Channel) -> bool:
    if user.deleted or user.id == "USLACKBOT":
        return False
    if user.is_bot:
        return channel.id in BOT_CHANNELS
    if user.is_stranger:
        return channel.is_ext_shared
    if user.is_restricted:
        return channel.id in GUEST_CHANNELS
    return not channel.is_ext_shared or user.in_cast


def seed_groups() -> dict[str, Group]:
    """Return the user groups by id."""
    return {key: Group(key, handle, name, list(users)) for key, (handle, name, users) in GROUPS.items()}
