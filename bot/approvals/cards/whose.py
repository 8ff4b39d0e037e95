"""The line that says whose thing a request changes, on its card and in its form. Pure."""

from collections.abc import Sequence

from bot.approvals.concerned import Concerned
from bot.people.model import Who
from bot.slack.markup import Markup, escape, mention
from bot.words.wording import listed


def name_of(person: Concerned) -> Markup:
    """Return how somebody is named: mentioned where Slack reaches them, else by name and address."""
    if person.is_reachable and person.slack_id:
        return mention(person.slack_id)
    return escape(person.label)


def whose_line(concerned: Sequence[Concerned], thing: str, requester: Who, *, to_requester: bool = False) -> Markup:
    """Return `It is @noah's key`, and whom Slack doesn't reach; where nobody is known, that.

    Nothing where `thing` is empty: then the request itself names the person. `to_requester`: nobody else reads it.
    """
    if not thing:
        return ""
    owned: Markup = escape(thing)
    if any(one.is_unknown for one in concerned):
        return f"I couldn't look up yet whose {owned} it is"
    untold, concerned = untold_line(concerned), [one for one in concerned if one.hears_ask]
    if not concerned:
        return f"nobody is on record as the owner of this {owned}"
    if all(one.is_person(requester) for one in concerned):
        whose: Markup = "your" if to_requester else f"{mention(requester.slack_id)}'s"
        return f"it is {whose} own {owned}"
    if not untold:
        owners: list[Markup] = [f"{name_of(one)}'s" for one in concerned]
        return f"it is {listed(owners)} {owned}"
    names: list[Markup] = [name_of(one) for one in concerned]
    is_nobody_told = not any(map(_is_told, concerned))
    return f"it is the {owned} of {listed(names)}, and {_TELL_THEM if is_nobody_told else untold}"


_TELL_THEM: Markup = "I can't reach them in Slack, so tell them yourself"


def _is_told(one: Concerned) -> bool:
    return one.is_unknown or (one.is_reachable and bool(one.slack_id))


def untold_line(concerned: Sequence[Concerned]) -> Markup:
    """Return whom of the owners Slack doesn't reach, so that somebody else has to tell them."""
    untold: list[Markup] = [name_of(one) for one in concerned if not _is_told(one)]
    return f"I can't reach {listed(untold)} in Slack, so tell them yourself" if untold else ""
