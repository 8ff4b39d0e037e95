"""How much of its share of the Claude Admin API's requests the bot uses, in words."""

from math import ceil

from bot.admin.budget import Use
from bot.words.own import Own
from bot.words.wording import number, plural


def budget_in_words(use: Use) -> tuple[bool | None, Own]:
    """Return whether all is well, None while the bot waits by intention, and how its share stands."""
    said: Own = f"{number(use.used)} of my {number(use.most)} requests a minute used."
    if use.server is not None:
        limit, remaining = use.server
        said = f"{said} The Claude API's own count: {number(remaining)} of {number(limit)} left."
    else:
        said = f"{said} The Claude API gave no count of its own in the last minute."
    if use.waits > 0:
        seconds = plural(ceil(use.waits), "second")
        return None, f"{said} I delay what nobody waits for, for {seconds}, so that I'm never refused."
    return True, said
