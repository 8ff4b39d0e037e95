"""A question as words: cleaned of what only decorates, and written from a query so that it is read back. Pure."""

import functools
import re
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from bot.spend.dimensions import ASKED, WORKSPACE
from bot.spend.model import Filter, SpendQuery
from bot.words.counts import NUMBER_WORDS
from bot.words.folded import folded

TAG = "tag "
"""How the names of splits and filters by a tag of workspaces begin."""
PERSON = "person"
"""The name of the dimension whose values may be mentions."""
QUOTES = re.compile(r'["“”„«»]')
MENTION = re.compile(r"<@[A-Z0-9]+(?:\|[^<>]*)?>")
_COMMA = re.compile(r"((?<![0-9]),|,(?![0-9]{3}|[0-9]{1,2}$)|;)")
"""A comma that is neither one of 1,000 nor one of 1,5, which nobody may take for two numbers."""
_APART = re.compile(r"(?i)(top(?=[-:=]?\d)|(?:in|by|for|workspace|model|key|person|product|tier|tag)(?=[:=]))[-:=]?(.*)")
"""`top5`, `model=opus` and `in:Production`, which say two words in one."""
_SAID = re.compile(r"([^=:]*)[=:](.*)")
"""`team=checkout`, and `=checkout` behind a name that was quoted; keys and workspaces have such names, too."""
_UNLIKE = re.compile(r"(.*?)(!=|<>)(.*)")
"""`team!=checkout` and `model != haiku`, which leave out."""
_BEFORE_UNLIKE = frozenset({"in", "for", *(word for one in ASKED for word in one.typed)})
"""What else than a tag stands before that sign; in `Sales <> Support` it is a part of a name."""
_DASHES = "-–—"
_OPTION = re.compile(r"(?i)(?:--+|[–—]+)[^\W\d_]+|-(?:by|top|over|vs|tokens|requests|csv)")
_ENDS = re.compile(r"(?<=[\w*\"”’)])[?!.;:]+$")
_DOTTED_SPAN = re.compile(r"(?:\S+ )?\d{1,2}\.(?:\d{1,2}\.)? ?(?:-|–|to|bis|until) ?\d{1,2}\.\d{1,2}\.")
"""`3.10. - 17.10.`, whose last point is one of the date."""
FILLERS = frozenset(
    "please pls many show me give what what's did we do does is was were are how much the our a an of spend spent spending"
    " figures claude"
    " total totals usage used use uses using costing figure you can i could see get tell anthropic api report bill compare"
    " so far us spends has have had been all everything overall sum grand number count only just make made cause caused burn"
    " burned burnt consume consumed actuals".split()
)
"""Words that people write around a question and that say nothing about which figures they want."""
_NAMES = frozenset({("all", "time"), ("claude", "code"), ("claude", "console"), ("claude", "in")})
"""Pairs of words that say something together, though the first alone doesn't."""
_COUNTING = ("last", "past", "previous", "top", "largest", "biggest", "over", "above", "than")
_COUNTED = ("hour", "day", "week", "month", "quarter", "year")
_COUNTS = {word: str(number) for word, number in NUMBER_WORDS.items()}
_OF = ("for", "by", "of")
_OF_MINE = ("spend", "spending", "cost", "costs", "usage", "use", "tokens", "requests", "bill")
LINKS = frozenset({",", "and", "&", "+", "-", "–", "—", "|", "/", "then"})
"""What may stand between two parts of a question."""


def tidied(words: Sequence[str], tags: Collection[str] = ()) -> list[str]:
    """Return words without what ends a sentence, with commas and what follows `tags` as words of their own.

    A word with a space in it was quoted, and stays as it is, as mentions do.
    """
    found, known = list[str](), {plain(one) for one in tags}
    for at, word in enumerate(words):
        if not QUOTES.sub("", word).strip():
            continue  # what was between the quotation marks is missing
        if " " in word or MENTION.fullmatch(word):
            found.append(word)
            continue
        if word.casefold() == "but" and [one.casefold() for one in found[-1:]] == ["nothing"]:
            found[-1] = "only"  # nothing but Production is the opposite of all but Production
            continue
        is_last = at == len(words) - 1 and not _DOTTED_SPAN.fullmatch(" ".join(words[max(at - 2, 0) :]))
        bare = _ENDS.sub("", word) if is_last else word
        if _OPTION.fullmatch(bare):
            bare = bare.lstrip(
                _DASHES
            )  # --by model, which phones turn into a long dash; `-Sandbox` and `-model x` leave out
        if bare[:1] == ">" and bare[1:2].isdigit() | (bare[1:2] == "$"):
            found.append(">")
            bare = bare[1:]
        if (unlike := _UNLIKE.fullmatch(bare)) and (left_out := _left_out_by_sign(found, unlike[1], unlike[2], known)):
            found += left_out
            bare = unlike[3]
        if (apart := _APART.fullmatch(bare)) is not None:
            found.append(apart[1])
            bare = apart[2]
        if (said := _SAID.fullmatch(bare)) and plain(said[1] or "".join(found[-1:])) in known:
            found += [*filter(None, [said[1]]), "="]
            bare = said[2]
        found += ["," if part == ";" else part for part in _COMMA.split(bare) if part]
    return _counted(found)


def _left_out_by_sign(found: list[str], name: str, sign: str, known: Collection[str]) -> list[str]:
    """Return how `team!=` is typed in words, nothing where the sign is a part of a name.

    The name before a sign of its own, and `tag` before that, are taken back.
    """
    before = name or "".join(found[-1:])
    is_tag = plain(before) in known
    if not is_tag and before.casefold() not in _BEFORE_UNLIKE:
        return [] if name or sign == "<>" else ["without"]
    if not name:
        found.pop()
    if is_tag and [one.casefold() for one in found[-1:]] in (["tag"], ["tags"]):
        found.pop()
    return ["without", "tag", before, "="] if is_tag else ["without", before]


def _counted(words: Sequence[str]) -> list[str]:
    """Return words with numbers in figures that were written out next to what is counted, such as `last three months`."""
    found: list[str] = []
    for at, word in enumerate(words):
        before, after = (words[at - 1].casefold() if at else ""), " ".join(words[at + 1 : at + 2]).casefold()
        is_followed = after.startswith(_COUNTED)
        counts = is_followed or (before in _COUNTING and word.casefold() != "one")  # the last one
        found.append(_COUNTS.get(word.casefold(), word) if counts else word)
    return found


def decorates(words: Sequence[str]) -> bool:
    """Tell whether words begin with one that says nothing."""
    pair = tuple(word.casefold() for word in words[:2])
    return words[0].casefold() in FILLERS and pair not in _NAMES


def with_me(words: Sequence[str], slack_id: str) -> list[str]:
    """Return words in which `for me`, `by myself`, `mine` and `my own` name the person who types them."""
    found: list[str] = []
    for at, word in enumerate(words):
        before, bare, me = found[-1].casefold() if found else "", word.casefold(), f"<@{slack_id}>"
        if bare in ("me", "myself") and before in (*_OF, "without", "except", "but"):
            found.append(me)
        elif bare == "my" and words[at + 1 : at + 2] and words[at + 1].casefold() in _OF_MINE:
            found += ["for", me]
        elif bare == "mine" or (bare == "own" and before == "my"):
            found = [*(found[:-1] if bare == "own" else found), "for", me]
        else:
            found.append(word)
    return found


@functools.lru_cache(maxsize=65536)  # what is looked for compares each name many times
def plain(name: str) -> str:
    """Return a name as it is compared: case, quotation marks, commas and the width of gaps don't count."""
    return " ".join(folded(QUOTES.sub(" ", name).replace(",", " ")).split())


def quoted(name: str) -> str:
    """Return a name as it can be typed; quotation marks in it would end it early and don't count anyway."""
    bare = " ".join(QUOTES.sub(" ", name).split())
    return f'"{bare}"' if " " in bare and not MENTION.fullmatch(bare) else bare


def words_of(query: SpendQuery) -> str:
    """Return a query as it would be typed; `parse_query` reads it back."""
    parts = [query.period]
    if query.measure != "dollars":
        parts.append(query.measure)
    if query.by != WORKSPACE or query.and_by:
        parts.append("by " + " and ".join(quoted_split(one.name) for one in query.splits))
    parts += [_filter(one) for one in query.where]
    if query.top is not None:
        parts.append(f"top {query.top}")
    if query.over is not None:
        parts.append(f"over {'$' if query.measure == 'dollars' else ''}{_bare(query.over)}")
    if query.versus:
        parts.append(f"vs {query.versus}")
    return " ".join(parts)


def _bare(amount: Decimal) -> str:
    """Return an amount with its cents where it has some: `1,000`, `1,000.50`."""
    return f"{amount:,.0f}" if amount == amount.to_integral_value() else f"{amount:,.2f}"


def quoted_split(name: str) -> str:
    """Return a dimension's name as it is typed: only that of a tag may need quotation marks."""
    tag = name.removeprefix(TAG)
    return name if tag == name else f"tag {quoted(tag)}"


def _filter(one: Filter) -> str:
    values = " and ".join(quoted(value) for value in one.values)
    if one.by.name.startswith(TAG):
        return apart_from_quotes(f"{'without ' * one.leaves_out}tag {quoted(one.by.name.removeprefix(TAG))} = {values}")
    if one.leaves_out:
        return f"without {values}" if one.by == WORKSPACE else f"without {one.by.name} {values}"
    if one.by == WORKSPACE:
        return f"in {values}"
    return f"for {values}" if one.by.name == PERSON else f"{one.by.name} {values}"


def joined(words: Iterable[str]) -> str:
    """Return words as one line, those with gaps in quotation marks."""
    return apart_from_quotes(" ".join(quoted(word) for word in words))


def apart_from_quotes(words: str) -> str:
    """Return `team=checkout` for `team = checkout`; a quotation mark is read only at the beginning of a word."""
    return re.sub(r' = (?!")', "=", words)
