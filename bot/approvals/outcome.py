"""What comes of an act: done, waiting for a person, or stopped because a person has to look. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, SecretStr

from bot.people.model import Who

Handover = Literal["ready", "showing", "shown", "unseen", "lost", "failed"]
"""Where a secret stands on its way to its requester; `lost`, `failed` and `unseen` mean that it will never arrive."""


class Stray(BaseModel):
    """A thing that a person made in the wrong place or for the wrong account; `made_by` is that member, where known."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    place: str
    made_by: str = ""


class Elsewhere(BaseModel):
    """What was set and is otherwise now, in plain words: what it is called, both values, and when that was seen.

    `which` tells the values of one request apart, where its parts set several.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    was: str
    now: str
    at: datetime
    which: str = ""


ENDED: Final = "ended"
"""The `which` of a value that stays as the end of a grant left it."""
PartState = Literal["done", "waits", "refused", "left_out", "over"]
"""How a part stands: `waits` for something outside, `left_out` since the part before it didn't work, `over` in vain."""


KEY_PART = "key:"
"""How the name of a part begins that is about a key of somebody's: not everybody who sees the request sees it."""


class PartDone(BaseModel):
    """What came of one of several parts of a request. `label` and `note` are plain text; `note` follows a colon.

    `until` is when one that waits is over. `batch` counts the follow-ups: 0 for what was done with the request itself.
    `untold`: people needn't hear of it, such as that nothing was found; the record has it. `is_final`: one that is refused
    would be refused at each further try.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    name: str
    label: str
    state: PartState
    note: str = ""
    thing_id: str = ""
    until: datetime | None = None
    batch: int = 0
    untold: bool = False
    is_final: bool = False


def _put(parts: tuple[PartDone, ...], part: PartDone) -> tuple[PartDone, ...]:
    """Return parts with one of them as it stands now."""
    is_known = any(one.name == part.name for one in parts)
    return tuple(part if one.name == part.name else one for one in parts) if is_known else (*parts, part)


class Outcome(BaseModel):
    """What came of a request, stored as JSON beside it. It never holds a secret.

    A field that this version doesn't know is kept: during an upgrade two versions write the same rows.
    """

    model_config = ConfigDict(frozen=True, extra="allow")

    thing_id: str | None = None
    """The upstream's id of what was made or changed."""
    value: str | None = None
    """What a setting was set to."""
    was: str | None = None
    """What it was set to before."""
    hint: str | None = None
    """How people tell a secret apart without seeing it."""
    done_at: datetime | None = None
    """When it was done, which may be long after the approval; it stays when a grant has ended."""
    expires_at: datetime | None = None
    """When the created thing expires upstream."""
    way: str = ""
    """How it was done, where there are several ways."""
    known: tuple[str, ...] = ()
    """Ids of what was there before a person was asked to make something."""
    by_hand: bool = False
    """Whether a person was asked to do it."""
    made_by: Who | None = None
    """Who did it by hand, where the upstream names them: they may be another one than its holder."""
    holder: Who | None = None
    """Who does it by hand since `holder_at`, None for nobody; before anybody took it over it is the last approver."""
    holder_at: datetime | None = None
    holder_turn: int = 0
    """How often that changed."""
    reminded_at: datetime | None = None
    """When the approvers were last reminded that nobody has it, and in `reminders` how often that was."""
    reminders: int = 0
    said_by: str = ""
    """The Slack id of the holder who said at `said_at` that it is done."""
    said_at: datetime | None = None
    is_unproven: bool = False
    """Whether nothing but that word says so."""
    problem: str = ""
    """What a person did wrong, in one sentence."""
    differs: str = ""
    """How what a person made differs from what was asked, in plain sentences."""
    strays: tuple[Stray, ...] = ()
    """All that was ever seen in the wrong place; findings say what of it is still there."""
    in_doubt: bool = False
    """Whether an attempt ended without anybody knowing how."""
    sent: bool = False
    """Whether an attempt in doubt got as far as the change itself: whatever is checked before it was found right then."""
    may_come_late: bool = False
    """Whether the upstream may still be at what is in doubt, since nobody waited for its answer to the end."""
    looked: bool = False
    """Whether what is in doubt was looked for after the attempt, and wasn't there."""
    passes: bool = False
    """Whether the last try surely did nothing and another one may do it, so that it comes by itself."""
    is_final: bool = False
    """Whether another try would fail as the last one did, so that people ask again or give up."""
    given_up_by: str = ""
    """The Slack id of the person who gave up a failed request."""
    replaces: str = ""
    """The id of the request in whose place it was asked."""
    replaced_by: str = ""
    """The id of the request that took its place, and in `replaced_with` its title."""
    replaced_with: str = ""
    part_of: str = ""
    """The id of the request with which it was approved, as a part of that."""
    has_failed: bool = False
    """Whether it failed once, so that people were told of it."""
    handover: Handover | None = None
    handover_at: datetime | None = None
    """When `handover` became what it is."""
    show_until: datetime | None = None
    """Until when the secret is kept for its requester."""
    key_ended: bool = False
    """Whether the secret was deleted because its key had ended: nothing is left to repair."""
    note: str = ""
    """A plain sentence for the requester; from a `revert`, for everybody."""
    note_at_end: str = ""
    """A plain sentence about how the grant ended."""
    gone_at_end: bool = False
    """Whether its end brought nothing back that it says: its holder is gone, or another grant overlapped with it."""
    back: str | None = None
    """What a setting was set back to at its end, where that isn't `was`."""
    needs_person_at_end: bool = False
    """Whether something is left at the end that a person has to look at."""
    served: tuple[str, ...] = ()
    """For which things what the card offers was seen to be done already, by their ids or addresses."""
    elsewhere: Elsewhere | None = None
    """How what was set is now, where neither this request nor a later one made it so."""
    parts_elsewhere: tuple[Elsewhere, ...] = ()
    """The same of the values that its parts set."""

    parts: tuple[PartDone, ...] = ()
    """What came of each part so far, in their order, where there are several."""
    failed: tuple[PartDone, ...] = ()
    """Parts of which the last try of the request came to nothing, as something failed outside: Retry does them."""
    following: bool = False
    """Whether a follow-up has begun and isn't finished: what it left is done by the next one."""

    def part(self, name: str) -> PartDone | None:
        """Return what came of a part, None while nothing did."""
        return next((part for part in self.parts if part.name == name), None)

    def with_part(self, part: PartDone) -> Self:
        """Return this outcome with what came of a part now."""
        failed = tuple(one for one in self.failed if one.name != part.name)
        return self.model_copy(update={"parts": _put(self.parts, part), "failed": failed})

    def with_failed(self, part: PartDone) -> Self:
        """Return this outcome with a part that something outside stopped just now."""
        return self.model_copy(update={"failed": _put(self.failed, part)})

    @property
    def told(self) -> tuple[PartDone, ...]:
        """What people read: what came of each part, and what failed of those that a retry is for, where there are both."""
        known = {part.name for part in self.parts if part.state in ("done", "waits", "over")}
        failed = {part.name: part for part in self.failed if part.name not in known}
        parts = [part for part in self.parts if part.name not in failed]
        return (*parts, *failed.values()) if self.parts else ()

    @property
    def may_be_retried(self) -> bool:
        """Whether another try may bring what the last one didn't, or has to tell what became of that."""
        return self.in_doubt or not self.is_final

    @property
    def is_begun(self) -> bool:
        """Whether one of several parts was done."""
        return any(part.state in ("done", "waits") for part in self.parts)

    @property
    def waits(self) -> bool:
        """Whether a part waits for something outside, or for a follow-up that was interrupted."""
        return self.following or any(part.state == "waits" for part in self.parts)

    def updated(self, later: Self) -> Self:
        """Return this outcome with what a later one says explicitly."""
        return self.model_copy(update={name: getattr(later, name) for name in later.model_fields_set})

    def stored(self) -> dict[str, Any]:
        """Return plain JSON with what was said explicitly."""
        return self.model_dump(mode="json", exclude_unset=True)


@dataclass(frozen=True)
class Done:
    """The change is made. A `secret` is sealed at once by the engine."""

    outcome: Outcome = field(default_factory=Outcome)
    secret: SecretStr | None = None


@dataclass(frozen=True)
class Waits:
    """A person has to do it; the request is proven later. `problem` is one sentence about what was done wrong."""

    outcome: Outcome = field(default_factory=Outcome)
    problem: str = ""


class NeedsPerson(Exception):
    """The change was not made, and a person has to look; `sentence` says in plain text what stands in the way.

    `is_final`: that doesn't pass, so that no Retry is offered.
    """

    def __init__(self, sentence: str, *, is_final: bool = False) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.is_final = is_final


class LeaseLost(NeedsPerson):
    """Looking took longer than the claim allows, so nothing more was sent; it is tried again.

    `is_unchanged`: nothing was sent before either.
    """

    def __init__(self, *, is_unchanged: bool) -> None:
        super().__init__("Looking took me too long, so I stopped before doing it. Nothing was changed.")
        self.is_unchanged = is_unchanged


Applied = Done | Waits
