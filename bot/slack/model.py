"""Slack's things as the rest of the bot knows them. Pure."""

from dataclasses import dataclass
from typing import Any

from bot.slack.markup import Markup


@dataclass(frozen=True)
class SlackPerson:
    """A Slack user as `users.info` describes them. A flag that Slack left out is None: the safe reading counts."""

    id: str
    team_id: str
    name: str
    email: str
    tz: str
    deleted: bool | None
    is_bot: bool | None
    is_guest: bool | None
    is_stranger: bool | None
    is_invited: bool | None
    is_email_confirmed: bool | None
    enterprise_id: str = ""
    """The Enterprise organization (E…), "" outside of one."""
    teams: frozenset[str] = frozenset()
    """The workspaces of an Enterprise organization that they are in."""

    def is_in(self, team_id: str) -> bool:
        """Tell whether they belong to a workspace, or to an Enterprise organization."""
        return bool(team_id) and team_id in {self.team_id, self.enterprise_id, *self.teams}

    @property
    def missing(self) -> list[str]:
        """What Slack should have told of a person and left out, by its own names."""
        told = {
            "team_id": self.team_id or self.teams or self.enterprise_id or None,
            "deleted": self.deleted,
            "is_bot": self.is_bot,
            "is_restricted": self.is_guest,
            "is_email_confirmed": self.is_email_confirmed,
        }
        return [name for name, value in told.items() if value is None]


@dataclass(frozen=True)
class SlackSelf:
    """What the bot token belongs to; `enterprise_id` is "" outside of Enterprise Grid, `scopes` empty where unknown."""

    team_id: str
    enterprise_id: str
    bot_user_id: str
    scopes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SlackChannel:
    """A Slack channel. `is_shared_outside` is True, too, while a share with another company is pending."""

    id: str
    name: str
    is_im: bool
    is_member: bool
    is_archived: bool
    is_shared_outside: bool
    people: int | None = None
    """How many are in it besides the bot, where Slack says so."""
    is_unsaid: bool = False
    """Slack left out whether it is shared, so that it counts as shared."""


@dataclass(frozen=True)
class Sent:
    """Where a message went: `channel` is the real id (a D… id for a direct message)."""

    channel: str
    ts: str


@dataclass(frozen=True)
class OpenView:
    """A modal on somebody's screen; `hash` changes whenever it is replaced, so that a late redraw can be refused."""

    id: str
    hash: str


@dataclass(frozen=True)
class Message:
    """A message as Slack takes it; `text` says everything that the blocks say."""

    text: Markup
    blocks: list[dict[str, Any]]
    metadata: dict[str, Any] | None = None
