"""How far a typed line is read: what was found, the words and slots that are left, and what was no clause. Pure."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from bot.slack.markup import Markup
from bot.words.ends import Ending
from bot.words.naming import after_to
from bot.words.reasons import begins_reason
from handlers.clauses import Slot, SlotType, clause_at, led_clause


@dataclass
class Line:
    """What was read: values by field, what chosen options say, and the first `problem` in a sentence of markup.

    `note` is what the form says on top of what wasn't read into it.

    `is_sure`: nothing was found amid other words. `unknown` are words that name nothing of what `asked` takes, `loose`
    all at the end that were no clause.
    """

    values: dict[str, str] = field(default_factory=dict[str, str])
    labels: dict[str, str] = field(default_factory=dict[str, str])
    several: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    problem: Markup = ""
    note: Markup = ""
    is_sure: bool = True
    unknown: tuple[str, ...] = ()
    loose: tuple[str, ...] = ()
    asked: Slot | None = None
    end: Ending = field(default_factory=lambda: Ending(None, ()))


@dataclass
class Reading:
    """How far a line is read: the words and slots that are left, the words that were no clause, and the clause before."""

    words: list[str]
    open: list[Slot]
    reasons: Collection[str]
    line: Line = field(default_factory=Line)
    free: list[str] = field(default_factory=list[str])
    reason: list[str] = field(default_factory=list[str])
    done: list[Slot] = field(default_factory=list[Slot])
    last: Slot | None = None
    stopped: bool = False
    """Whether a comma or the like ended that clause."""
    has_role: Slot | None = None
    """What has one clause, however many addresses come before and behind it."""
    is_new: bool = False
    """Whether something is made, which needs a name or an address: then nothing else has to be named."""

    def asks_for(self, *types: SlotType) -> list[Slot]:
        """Return the open slots of some types."""
        return [one for one in self.open if one.type in types]

    def collects(self) -> Slot | None:
        """Return what free words are for: a new name, or the value of what was named before."""
        named = self.asks_for("key", "workspace")
        return next((one for one in self.asks_for("new", "value") if one.type == "new" or not named), None)

    def begins_reason(self, words: Sequence[str]) -> bool:
        """Tell whether words say why; behind `to` a new name has to follow."""
        is_led = bool(self.free) and self.collects() is not None and not after_to([*self.free, ""])[0]
        return not is_led and begins_reason(words, self.reasons)

    def goes_on(self, words: Sequence[str], slots: Sequence[Slot] | None = None) -> bool:
        """Tell whether nothing, a reason or another clause follows, of all open slots or of these."""
        among = self.open if slots is None else slots
        return not words or self.begins_reason(words) or bool(clause_at(words, among) or led_clause(words, among))
