"""What a kind of Request is made of. A kind is one file and one line in the registry; everything else comes for free."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from pydantic import BaseModel, SecretStr

from bot.approvals.model import Request
from bot.forms.fields import FormField
from bot.people.model import Who
from bot.policy.model import Rule
from bot.runtime import Runtime
from bot.slack.model import Message


@dataclass(frozen=True)
class Checked:
    """A request that may be asked: the complete payload, and the workspace that it is about (None: the organization)."""

    payload: BaseModel
    workspace_id: str | None = None
    workspace_name: str | None = None
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Done:
    """The change is made. `outcome` is plain JSON and never holds a secret; `secret` is sealed at once by the service.

    `note` in an outcome is a plain sentence for the requester (after a `revert`: for everybody).
    """

    outcome: dict[str, Any] = field(default_factory=dict[str, Any])
    secret: SecretStr | None = None


@dataclass(frozen=True)
class Waits:
    """A person has to do it; the request is proven later by `prove`. `problem` is one sentence about what was done wrong."""

    outcome: dict[str, Any] = field(default_factory=dict[str, Any])
    problem: str = ""


class NeedsPerson(Exception):
    """The change was not made, and a person has to look; `sentence` says in plain text what stands in the way."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


Applied = Done | Waits

ACT_WITHIN = timedelta(minutes=1)
"""A third of what a claim lasts; the rest is for the call that changes something."""


def check_in_time(rt: Runtime, request: Request) -> None:
    """Raise NeedsPerson where looking took so long that another process may soon do the same.

    For a kind to call right before each change, also in `revert`: a process may be paused at any moment, and what it wakes
    up to do then may have been done, and undone on purpose, by others.
    """
    if request.claimed_at and rt.now() - request.claimed_at > ACT_WITHIN:
        raise NeedsPerson("Looking took me too long, so I stopped before doing it. Nothing was changed.")


def _nobody(_request: Request) -> tuple[Who, ...]:
    return ()


def _nothing(_rule: Rule) -> str:
    return ""


async def _never(_rt: Runtime, _request: Request) -> Done | None:
    return None


@dataclass(frozen=True)
class Kind:
    """One kind of Request.

    Words: `asks` follows "@alice" in the card's first line, `what` (mrkdwn) says what exactly, `done` (mrkdwn that may stand
    in bold) replaces both once it is applied; `title` is plain text. `yours` is `done` said to the requester, `after` what
    is so once the grant has ended; both are `done` where nothing is given. `by_hand` says what a rule leaves to a person.
    `danger` says what a careless click would break.
    Rules: `subject` names what it is about: one open request per subject. `precheck` raises a UserError, `apply` an
    UpstreamError or NeedsPerson. `look` tells whether the effect is already there, before anything is repeated;
    `repeatable`: applying twice does no harm once `look` found nothing. `revert` ends a grant.
    A person's part: `steps` tells them what to do, `news` what changed since, `waits_for` names it in the card, `prove`
    looks each minute whether it is done. `undo` is the kind that a card offers once this one is applied.
    `beneficiaries` are the people whom it is about besides the requester: they don't decide it either.
    For the policy: `has_workspace` when each request is about one, whose rules then hold; `issues_keys` when it makes keys.
    """

    name: str
    label: str
    payload: type[BaseModel]
    form: tuple[FormField, ...]
    title: Callable[[Request], str]
    asks: str
    what: Callable[[Request], str]
    done: Callable[[Request], str]
    subject: Callable[[BaseModel], str]
    precheck: Callable[[Runtime, Who, BaseModel], Awaitable[Checked]]
    apply: Callable[[Runtime, Request], Awaitable[Applied]]
    repeatable: bool
    look: Callable[[Runtime, Request], Awaitable[Done | None]] = _never
    prove: Callable[[Runtime, Request], Awaitable[Done | Waits | None]] | None = None
    steps: Callable[[Request], Message] | None = None
    news: Callable[[Request], Message] | None = None
    waits_for: str = "somebody to do it"
    by_hand: Callable[[Rule], str] = _nothing
    yours: Callable[[Request], str] | None = None
    after: Callable[[Request], str] | None = None
    revert: Callable[[Runtime, Request], Awaitable[Done]] | None = None
    undo: str | None = None
    beneficiaries: Callable[[Request], tuple[Who, ...]] = _nobody
    has_workspace: bool = False
    issues_keys: bool = False
    submit_label: str = "Ask"
    danger: str = ""


def find_kind(rt: Runtime, name: str) -> Kind:
    """Return a kind of the running bot by its name; KeyError for one that doesn't exist."""
    return all_kinds(rt)[name]


def all_kinds(rt: Runtime) -> Mapping[str, Kind]:
    """Return the kinds of the running bot by their names."""
    return cast("Mapping[str, Kind]", rt.kinds)
