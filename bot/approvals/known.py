"""What was known when something was asked, for those who decide: who asks, and the key that it is about. Pure.

It is kept with the request, so that a card says the same whenever it is drawn and a click looks up nothing for it. What
could not be read is None: it never keeps anybody from asking.
"""

from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Use(_Frozen):
    """What keys were used for, as far as the ledger knows.

    `cost` is dollars in the 7 days up to the newest that is known, None without figures; `is_whole`: all of them are known.
    `last_day` is the last UTC day with use among those known; the last `days` of them have no gap, and `newest` is the
    newest of them. `is_final`: none of them can still change. `is_never`: a key was made in those days and had no use.
    """

    cost: Decimal | None = None
    is_whole: bool = False
    last_day: date | None = None
    days: int = 0
    as_of: datetime | None = None
    newest: date | None = None
    is_final: bool = False
    is_never: bool = False


class Asker(_Frozen):
    """The person who asks: their role in the organization, how many active keys are theirs, and the use of all of those."""

    role: str = ""
    keys: int | None = None
    use: Use | None = None


class KnownKey(_Frozen):
    """The key that a request is about: its owner's Slack id, or else the name of the member who made it, and its use."""

    owner: str = ""
    maker: str = ""
    use: Use | None = None


class NamedKey(KnownKey):
    """One of several keys that a request is about; `status` as the API names it."""

    name: str
    status: str = "active"


class KnownKeys(_Frozen):
    """Keys of a workspace that work or could work again: how many, None where they couldn't be read, and the use of all.

    `active` of them work; `first` are those that were used most, in that order.
    """

    total: int | None = None
    active: int = 0
    use: Use | None = None
    first: tuple[NamedKey, ...] = ()


class Known(_Frozen):
    """Everything that was known at the ask; `twin`: another workspace has the name of the one that it is about."""

    asker: Asker | None = None
    key: KnownKey | None = None
    keys: KnownKeys | None = None
    twin: bool = False
