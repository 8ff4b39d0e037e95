"""People: a member of the organization, and the Slack user through whom they act. Pure."""

from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from bot.admin.model import Member


class Who(BaseModel):
    """A person in a request: their Slack id, and the member of the organization that they are."""

    model_config = ConfigDict(frozen=True)

    slack_id: str
    member_id: str
    email: str

    def is_same_person(self, other: "Who") -> bool:
        """Compare people, not accounts: any of Slack id, member and e-mail is enough. What isn't known is nobody's."""
        same_email = bool(self.email) and self.email.casefold() == other.email.casefold()
        same_account = bool(self.slack_id) and self.slack_id == other.slack_id
        return same_account or (bool(self.member_id) and self.member_id == other.member_id) or same_email


@dataclass(frozen=True)
class Actor:
    """The member who does this act. `tz` is their Slack time zone, "" where Slack doesn't tell it."""

    slack_id: str
    member: Member
    tz: str

    @property
    def who(self) -> Who:
        """The same as requests and decisions keep it."""
        return Who(slack_id=self.slack_id, member_id=self.member.id, email=self.member.email)
