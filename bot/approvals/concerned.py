"""Somebody to whom belongs what a request changes: named on its card, and told. Pure."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from bot.people.model import Who
from bot.slack.markup import Markup
from bot.words.own import Own


class Concerned(BaseModel):
    """A person whose thing a request changes; `thing` names it: "key".

    What isn't known of them is empty. `is_reachable`: Slack lets the bot write to them. `hears_ask`: they hear of it when
    it is asked, and not only once it is done. `is_unknown`: it couldn't be looked up yet who it is.
    """

    model_config = ConfigDict(frozen=True)

    thing: str
    name: str
    slack_id: str = ""
    member_id: str = ""
    email: str = ""
    is_reachable: bool = True
    hears_ask: bool = True
    is_unknown: bool = False

    @property
    def label(self) -> str:
        """Return their name and address as plain text."""
        address = f" ({self.email})" if self.email and self.email != self.name else ""
        return f"{self.name or 'somebody who is gone'}{address}"

    def is_person(self, other: Who) -> bool:
        """Tell whether this is somebody. What isn't known of a person is nobody's."""
        has_address = bool(self.email) and self.email.casefold() == other.email.casefold()
        has_account = bool(self.slack_id) and self.slack_id == other.slack_id
        return has_address or has_account or (bool(self.member_id) and self.member_id == other.member_id)


@dataclass(frozen=True)
class Remedy:
    """What somebody can do whose thing was changed wrongly: in words, and a button `label` to the form of a `kind`.

    The form opens on the same thing where it `takes_thing`.
    """

    sentence: Markup
    kind: str
    label: Own
    takes_thing: bool = False
