"""A form names what it wasn't filled in with of what was typed. Pure."""

from dataclasses import replace

from bot.forms.draw import Frame
from bot.slack.blocks import section
from bot.slack.markup import Markup, bold, truncate
from bot.spend.typed import Typed
from bot.words.wording import listed

_MOST_NAMED = 5
_MOST_CHARACTERS = 60


def noting(frame: Frame, typed: Typed, *, has_one: bool = False) -> Frame:
    """Return what stands around a form, with what of the words nothing was made of above it.

    `has_one`: the form also ends what the channel gets already.
    """
    if typed.ends:
        none: Markup = "⚠️ This channel has none, so there is nothing to end."
        text: Markup = "⚠️ Nothing is ended yet. Press the button below that ends it." if has_one else none
        return replace(frame, above=[section(text), *frame.above])
    if not typed.unread:
        return frame
    named = listed([bold(truncate(word, _MOST_CHARACTERS)) for word in typed.unread], most=_MOST_NAMED)
    note = section(f"⚠️ I couldn't use {named}. {typed.why or 'Choose below what you mean.'}")
    return replace(frame, above=[note, *frame.above])
