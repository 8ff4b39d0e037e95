"""Who is invited: the addresses as people paste them, the role, and the workspaces to join. Pure."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, field_validator

from bot.forms.fields import FormInput
from bot.slack.markup import truncate
from bot.words.addresses import read_addresses
from bot.words.wording import listed, plural

MOST_ADDRESSES: Final = 20
_NAMED: Final = 10
"""How many of what can't be read are named; more than that is no list of addresses."""


class InviteMembers(BaseModel):
    """Who is invited with which role, and which workspaces they join in which role once they have accepted.

    `emails` are in lower case; text is read as people paste addresses, and ValueError where some of it is none.
    """

    model_config = ConfigDict(frozen=True)

    emails: tuple[str, ...]
    role: str
    join_ids: tuple[str, ...] = ()
    join_names: tuple[str, ...] = ()
    join_role: str = ""

    @field_validator("emails", mode="before")
    @classmethod
    def _read(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if check_addresses(value):
            raise ValueError("not a list of addresses")
        return read_addresses(value).good


def check_addresses(value: str, _form: FormInput | None = None) -> str | None:
    """Return what is wrong with a text of addresses, with all that can't be read; None where nothing is."""
    found = read_addresses(value)
    if found.bad:
        named = [f"“{truncate(word, 60)}”" for word in found.bad]
        shown = listed(named, most=_NAMED)
        letters = "" if all(word.isascii() for word in found.bad) else " Only the letters a to z work, without accents."
        return f"I can't read {shown} as an e-mail address.{letters} Correct or remove it."
    if not found.good:
        return "Write at least one e-mail address, such as name@company.com."
    if len(found.good) > MOST_ADDRESSES:
        many = plural(len(found.good), "address", "addresses")
        return f"These are {many}. I take {MOST_ADDRESSES} at a time: send the others in another request."
    return None
