"""The parts of a kind of Request: how it speaks, what may be asked, what it changes, and what a person does by hand."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic

from bot.approvals.act import Act, Asked, Look, P, Reading
from bot.approvals.concerned import Remedy
from bot.approvals.outcome import Applied, Done, Outcome, PartDone, Waits
from bot.directory.capabilities import Can
from bot.forms.fields import FormValue
from bot.people.model import Who
from bot.policy.model import Rule
from bot.slack.markup import Markup
from bot.slack.model import Message
from bot.store.session import Tx
from bot.words.own import Own


@dataclass(frozen=True)
class Checked(Generic[P]):
    """A request that may be asked: the complete payload, and the workspace that it is about (None: the organization)."""

    payload: P
    workspace_id: str | None = None
    workspace_name: str | None = None


@dataclass(frozen=True)
class Filled:
    """How a form is filled in: values by field, and by field what the chosen options say."""

    values: Mapping[str, FormValue]
    labels: Mapping[str, str] = field(default_factory=dict[str, str])


def _workspace_chosen(asked: Asked[Any]) -> dict[str, str]:
    return {"workspace_id": asked.request.workspace_name or ""}


@dataclass(frozen=True)
class Words(Generic[P]):
    """How a kind speaks. `label` names it on forms and in menus; `title` is plain text.

    `asks` follows "@alice" in the card's first line, `what` (mrkdwn) says what exactly, `done` (mrkdwn that may stand in
    bold) replaces both once it is applied. `plan` (mrkdwn, a line each) says below them what will be done, where one line
    doesn't hold it. `then` follows "on approval" and says what happens at once, where nothing is left
    to a person; `lasts` for how long, where that is neither until a day nor for good. `yours` is `done` said to the
    requester, `after` what is true once the grant has ended; both are `done` where nothing is given. `wish` follows "your
    request", `undone` is the clause that says what was not done. `grant` (mrkdwn that may stand in bold) names what is
    given until a day, at the beginning of a sentence: "Key x in Staging". `end` names who ends an applied grant where it
    doesn't end by itself: "I'll revoke it".
    `danger` says what a careless click would break. `chosen` returns by field what the options chosen in the form say.
    `about` are lines with what those who decide have to know besides; a card shows the first ones, Details has all.
    """

    label: str
    asks: Markup
    title: Callable[[Asked[P]], str]
    what: Callable[[Asked[P]], Markup]
    done: Callable[[Asked[P]], Markup]
    then: Callable[[Asked[P]], Markup]
    yours: Callable[[Asked[P]], Markup] | None = None
    after: Callable[[Asked[P]], Markup] | None = None
    wish: Callable[[Asked[P]], Markup] | None = None
    grant: Callable[[Asked[P]], Markup] | None = None
    undone: Markup = "nothing was changed"
    end: Callable[[Asked[P]], Markup] = lambda _asked: ""
    plan: Callable[[Asked[P]], Markup] = lambda _asked: ""
    lasts: Markup = ""
    danger: str = ""
    submit_label: str = "Send request"
    chosen: Callable[[Asked[P]], Mapping[str, str]] = _workspace_chosen
    about: Callable[[Asked[P]], Sequence[Markup]] = lambda _asked: ()


@dataclass(frozen=True)
class Rules(Generic[P]):
    """What may be asked. `subject` names what a payload is about: one open request per subject.

    `check` completes a payload, or raises a UserError. `last_day` names the field of form and payload with the last day of
    what is given; the engine makes a moment of it. `fixed_end` is a sentence for a grant to which nobody can give a later
    end. `beneficiaries` are the people whom it is about besides the requester: they don't decide it either. `needed` are
    those of them without whom it can't go ahead once they have left the organization; not given: all, or none where they
    `may_be_gone` from Slack as well. `takes` tells whether it can be asked of a thing that somebody named, such as an
    ApiKey. `needs` is what the organization has to offer for it. For the policy: `has_workspace` when each request is about
    one, whose rules then hold; `issues_keys` when it makes keys; `least_approvals` is how many different people have to
    approve it at the least, whatever the policy says. `ends_keys`: all keys of its workspace end with it.
    """

    subject: Callable[[P], str]
    check: Callable[[Reading, Who, P], Awaitable[Checked[P]]]
    last_day: str = ""
    fixed_end: Callable[[Asked[P]], str] = lambda _asked: ""
    beneficiaries: Callable[[Asked[P]], tuple[Who, ...]] = lambda _asked: ()
    needed: Callable[[Asked[P]], tuple[Who, ...]] | None = None
    takes: Callable[[Any], bool] = lambda _thing: True
    needs: Can | None = None
    may_be_gone: bool = False
    has_workspace: bool = False
    issues_keys: bool = False
    least_approvals: int = 1
    ends_keys: bool = False


async def _never(_look: Look[Any]) -> Done | None:
    return None


async def _stands(_look: Look[Any]) -> bool:
    return True


async def keep_nothing(_tx: Tx, _asked: Asked[Any]) -> None:
    """Keep nothing beside the request."""


@dataclass(frozen=True)
class Concerns(Generic[P]):
    """Whose thing a kind changes: named on card and form, and told.

    `find` returns the owners by the thing's id, which the payload and the form hold as `field`; what it doesn't know of a
    person it leaves empty. `thing` names it ("key"), or is empty where the request itself names the person, or where
    `because` is a sentence that says why they hear of it. `says_nobody`: that no owner is known is said, too. `hears_ask`:
    they hear of it when it is asked, too. `remedy` is what they can do when it was wrong. `becomes` returns whose it is once
    it is done, who hear of it then.
    """

    find: Callable[[Reading, str], Awaitable[tuple[Who, ...]]]
    field: str
    thing: Own = ""
    because: Own = ""
    says_nobody: bool = True
    hears_ask: bool = True
    remedy: Remedy | None = None
    becomes: Callable[[P], tuple[Who, ...]] = lambda _payload: ()


async def _nobody(_reading: Reading, _thing: str) -> tuple[Who, ...]:
    return ()


NOBODY = Concerns[Any](find=_nobody, field="")
"""For a kind that changes nothing that is somebody's: it makes something new, or concerns its requester alone."""


@dataclass(frozen=True)
class Seen:
    """What a value is now beside what it was set to, in plain words; `name` is whose value it is, and begins a clause.

    `is_over`: nothing comes after it that has to be looked at.
    """

    name: str
    was: str
    now: str
    is_over: bool = False

    @property
    def is_same(self) -> bool:
        """Whether it is as it was set."""
        return self.was == self.now


@dataclass(frozen=True)
class Stays(Generic[P]):
    """A value that stays as a request set it, until another request or its end changes it.

    `which` names it, the same for every kind that sets it. `see` reads it; None where nothing is left to look at, because
    it ended by itself or its holder is gone. `is_final`: it was ended for good, so that it is looked after for a time
    only: what is ended grows without bound.
    """

    which: Callable[[Asked[P]], str]
    see: Callable[[Look[P]], Awaitable[Seen | None]]
    is_final: bool = False


@dataclass(frozen=True)
class Effect(Generic[P]):
    """What a kind changes. `apply` and `revert`, which ends a grant, raise an UpstreamError or NeedsPerson.

    `look` tells whether the effect is already there, before anything is repeated; `repeatable`: applying twice does no harm
    once `look` found nothing. What `counts_twice` is there twice where the first comes late after all. `parts_there` are
    those of its parts that are there by now. `stands` tells whether what was granted is still there, so that its end means
    something.
    `keep` writes down what the bot itself remembers of it, in the transaction that makes the request APPLIED, and takes that
    back in the one that makes it REVERTED; it may run twice. `stays` is the value
    that is looked after from then on, `parts_stay` are those of the parts that are done or wait, by the names of the parts;
    `stays_after` is the value that is looked after once a grant has ended, where its end is for good;
    `lets_go` names further values that it changes, after which no earlier request looks from then on, with the part that
    changes each, "" for the request itself. `sets` are the first words of all values that `stays` and `lets_go` may name,
    such as "status" of "status:apikey_1": so who is at work on a value is asked of few requests.
    """

    apply: Callable[[Act[P]], Awaitable[Applied]]
    repeatable: bool
    counts_twice: bool = False
    look: Callable[[Look[P]], Awaitable[Done | None]] = _never
    parts_there: Callable[[Look[P]], Awaitable[Sequence[PartDone]]] | None = None
    revert: Callable[[Act[P]], Awaitable[Done]] | None = None
    stands: Callable[[Look[P]], Awaitable[bool]] = _stands
    keep: Callable[[Tx, Asked[P]], Awaitable[None]] = keep_nothing
    stays: Stays[P] | None = None
    stays_after: Stays[P] | None = None
    parts_stay: Callable[[Asked[P]], Mapping[str, Stays[P]]] = lambda _asked: {}
    lets_go: Callable[[Asked[P]], Mapping[str, str]] = lambda _asked: {}
    sets: tuple[str, ...] = ()

    @property
    def may_be_repeated(self) -> bool:
        """Whether it may be applied again without anybody looking first."""
        return self.repeatable and not self.counts_twice


@dataclass(frozen=True)
class ByHand(Generic[P]):
    """A person's part. `steps` tells them what to do, `news` what changed since, `waits_for` says what they do: "create it".

    `prove` looks each minute whether it is done; it raises NeedsPerson where nobody can do it any more, which closes the
    request. `announced` says in form and card what a rule leaves to a person. Where it `takes_word`, its holder may say that
    it is done, which `prove` finds in the outcome as `said_at`: it returns then, at once or later, what nobody can prove as
    `is_unproven`.
    """

    waits_for: str
    prove: Callable[[Look[P]], Awaitable[Done | Waits | None]]
    steps: Callable[[Asked[P]], Message]
    news: Callable[[Asked[P]], Message]
    announced: Callable[[Rule], Markup] = lambda _rule: ""
    takes_word: bool = False


@dataclass(frozen=True)
class FollowUp(Generic[P]):
    """What happens later to an applied request of which a part waits for something outside.

    `has_news` looks every few minutes whether there is something to do; `act` then does it, part by part, under a claim.
    """

    has_news: Callable[[Look[P]], Awaitable[bool]]
    act: Callable[[Act[P]], Awaitable[None]]


@dataclass(frozen=True)
class Offer(Generic[P]):
    """What a card offers once a request is applied: another kind's form, filled in; None while there is nothing to offer.

    `label` is what its button says, where the first word of the other kind's label won't do. `done` looks for which things
    somebody has done it already, which `filled` then finds as `served` in the outcome and leaves out; `over` says so.
    Where a form takes one thing at a time, `each` returns by their ids the names of those that are left.
    """

    kind: str
    filled: Callable[[Asked[P]], Filled | None]
    done: Callable[[Look[P]], Awaitable[Sequence[str]]]
    over: Own
    label: Own = ""
    each: Callable[[Asked[P]], Mapping[str, str]] = lambda _asked: {}


@dataclass(frozen=True)
class Sample(Generic[P]):
    """A complete payload and what comes of it, from which tests ask for every kind and draw its cards.

    `given` is the state that its thing has to be in before it can be asked for, by the upstream's names.
    """

    payload: P
    outcome: Outcome = field(default_factory=Outcome)
    given: Mapping[str, str] = field(default_factory=dict[str, str])
