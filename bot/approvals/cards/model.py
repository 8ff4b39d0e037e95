"""What cards and notices say of a request. Pure."""

from dataclasses import dataclass

from bot.approvals.model import Request
from bot.slack.markup import Markup
from bot.words.own import Own


@dataclass(frozen=True)
class RequestFacts:
    """A request with the words of its kind, and with what the rule says of it."""

    request: Request
    title: str
    """What it is about, in plain text."""
    asks: Markup
    """What its requester does: `asks for an API key`."""
    what: Markup
    """What is asked for."""
    done: Markup
    """What was done, once it is applied."""
    yours: Markup
    """The same, said to its requester."""
    after: Markup
    """What holds again once its time is over."""
    wish: Markup
    """What follows "your request"."""
    undone: Markup
    """What wasn't done, as a clause."""
    end: Markup
    """Who ends it, before `after` and the day; "" where it ends by itself: `I'll revoke it`."""
    waits_for: str
    """What the person does who does it by hand."""
    by_hand: Markup
    """What the rule leaves to a person."""
    needs: Markup
    """The rule: `Needs 1 approval from @claude-admins`."""
    quorum: int
    danger: str
    """What a careless approval breaks, in plain text."""
    undo_label: str
    """The button that opens the form which takes it back."""
    then: Markup = ""
    """What an approval sets off."""
    lasts: Markup = ""
    """For how long it holds where nobody gave it an end."""
    approvers: Markup = ""
    """Whom the rule lets decide."""
    grant: Markup = ""
    """What is given until a day."""
    plan: Markup = ""
    """What will be done, a line each."""
    fixed_end: str = ""
    """A sentence where nobody can give it a later end."""
    thing: Own = ""
    """What is changed and is somebody's: `key`."""
    because: Own = ""
    """Why somebody hears of it."""
    takes_word: bool = False
    """Whether the person who does it by hand may say that it is done."""
    tries_again: bool = False
    """Whether it is tried again by itself after it failed."""
    about: tuple[Markup, ...] = ()
    """Lines that a decision needs besides."""
    counted: int | None = None
    """How many approvals counted when somebody last approved; None where that wasn't put on record."""
