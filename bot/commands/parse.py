"""What people typed after a slash command, read by the table of commands; and the table as the help shows it."""

import re
from dataclasses import dataclass

from bot.commands.table import COMMANDS, GROUPS, HELP, Command, Subcommand
from bot.words.reasons import find_reason
from bot.words.similar import closest

_SURE_OF_ANOTHER = 0.85
"""How much a word is like one that begins with another letter, where it is taken for that."""
_SAYS_LITTLE = frozenset(
    "in by for per on each all open expired pending inactive without who how what which please tag my mine me".split()
)
"""First words that say nothing of which command is meant, where they stand after another one."""
_FOR_GOOD = frozenset({"revoke_key", "archive_workspace", "remove_member"})
"""What opens one of these is guessed only from a slip in the same command: neither "move" nor "close" is one."""
_BEGINS_A_SENTENCE = frozenset("how why when where could would should does will shall need want have".split())
"""First words that are no slip of a command: `how` is none of `show`."""
_OF_PEOPLE = frozenset({"add", "make", "remove", "delete"})
"""Words that people use for members of a workspace as for a whole one."""
_MOST_OF_A_PERSON = 4
_QUOTED = r"\"([^\"]*)\"|`([^`]*)`|[“”„]([^“”„]*)[“”]|«([^«»]*)»|(?<!\S)['‘‚]([^'‘’‚]+)['‘’](?![^\s,;])"
_WORDS = re.compile(rf"{_QUOTED}|(<[^<>]*>|\S+)")
_BOLD = re.compile(rf"{_QUOTED}|(?<!\S)\*(?!\s)(?P<bold>[^*]+)(?<!\s)\*(?![^\s,;])")
_TAKES_PATTERNS = re.compile(r"(?i)(?<!\S)-?(?:keys?|models?|tags?)\b")
"""Behind these `*ingest*` may be a pattern as well as a name."""


@dataclass(frozen=True)
class Parsed:
    """What somebody typed. Without a `subcommand`, `unknown` is the word that was not understood.

    `words` are what follows (with the first word, where that itself says something); `suggestion` is the nearest thing
    that would be understood, complete with its slash. All three strings contain what people typed: escape them.
    """

    command: Command
    subcommand: Subcommand | None
    words: tuple[str, ...] = ()
    unknown: str | None = None
    suggestion: str | None = None
    is_whole: bool = False
    """Whether `words` are all that was typed."""
    otherwise: "Parsed | None" = None
    """What is meant where it names neither a person nor a workspace, such as `add Speech to Text`."""


def find_command(name: str) -> Command | None:
    """Return a command by its name, with or without slash and prefix."""
    bare = name.lstrip("/").rsplit("-", 1)[-1].lower()
    return next((command for command in COMMANDS if command.name == bare), None)


def parse(command_name: str, text: str) -> Parsed:
    """Read what followed a slash command, such as ("/claude-keys", "revoke ingest-prod"); KeyError for a command not ours.

    Case matters only after the first word. "Two words" in quotation marks, straight or curly, count as one.
    """
    command = find_command(command_name)
    if command is None:
        raise KeyError(command_name)
    words = split_words(text)
    first = words[0].lower() if words else ""
    subcommand = HELP if first in HELP.first_words else command.find(first)
    if subcommand is None:
        subcommand = next((sub for sub in command.subcommands if sub.matches and re.fullmatch(sub.matches, first)), None)
    if subcommand is None:
        free = next((sub for sub in command.subcommands if sub.also or sub.names), None)
        prefix = command_name.lstrip("/").rpartition("-")[0]
        nearest = _nearest(command, first, words[1:], prefix, free)
        if free is not None and (free.names or nearest is None or _reads_itself(free, first, words[1:], nearest)):
            is_meant = nearest is not None and not _reads_itself(free, first, words[1:], nearest)
            return Parsed(command, free, words, suggestion=nearest if is_meant else None, is_whole=True)
        return Parsed(command, None, words[1:], words[0], nearest)
    is_dropped = first == subcommand.name or first in (*subcommand.like, *HELP.first_words)
    if subcommand.of_person and first in _OF_PEOPLE and _is_about_person(words[1:]):
        name, *more = subcommand.of_person
        otherwise = None if subcommand.opens in _FOR_GOOD else Parsed(command, subcommand, words[1:])
        return Parsed(command, command.find(name), (*more, *words[1:]), otherwise=otherwise)
    return Parsed(command, subcommand, words[1:] if is_dropped else words)


def _is_about_person(words: tuple[str, ...]) -> bool:
    """Tell whether a line is about somebody in a workspace: `add Priya Nair to Staging`, `make Priya admin of Staging`."""
    leads = {word.lower() for word in find_reason(words, ()).words[1 : _MOST_OF_A_PERSON + 1]}
    has_role = bool(leads & {"admin", "developer", "user"} and leads & {"of", "in"})
    return bool(words) and (words[0].startswith("<@") or "from" in leads or "to" in leads or has_role)


def is_named(parsed: Parsed) -> bool:
    """Tell whether all that was typed may be the name of a thing, because no word of the table stands first."""
    return parsed.is_whole and parsed.subcommand is not None and parsed.subcommand.names


def split_words(text: str) -> tuple[str, ...]:
    """Split at white space, but keep <@U1|escaped mentions> and "quoted names" whole; the quotation marks go.

    So do the marks of `code` and of *bold*, in which answers show names that people copy. An apostrophe is no quotation
    mark: single ones stand before the first letter and after the last one.
    """
    patterns = _TAKES_PATTERNS.search(text)
    bare = _BOLD.sub(lambda found: _without_marks(found, patterns.start() if patterns else len(text)), text)
    return tuple(word.strip() for groups in _WORDS.findall(bare) if (word := "".join(groups)).strip())


def _without_marks(found: re.Match[str], patterns_from: int) -> str:
    return found[0] if found["bold"] is None or found.start() > patterns_from else found["bold"]


def _reads_itself(sub: Subcommand, first: str, rest: tuple[str, ...], nearest: str) -> bool:
    """Tell whether a subcommand that reads words in any order says better than this table what it doesn't understand."""
    if sub.reads_all and nearest.split()[1] in sub.also:
        return True
    known = {*sub.also, *re.findall(r"\w+", sub.usage)}
    if closest(first, sub.also) is not None:
        return not all(word.lower() in known for word in rest)
    return any(word.lower() in sub.also for word in rest)


def _nearest(command: Command, word: str, rest: tuple[str, ...], prefix: str, free: Subcommand | None) -> str | None:
    """Look for a similar first word in this command, then for the exact or a similar one in the others.

    Where a subcommand is `free` to read whole questions, or names, the other commands have less of a say.
    """
    others = [other for other in COMMANDS if other is not command]
    if named := next((other for other in others if other.name == word), None):
        return " ".join([named.slash(prefix) if prefix else f"/{named.name}", *map(_quoted, rest)])
    if word in _BEGINS_A_SENTENCE:
        return None
    reads_all = free is not None and free.reads_all
    is_far = free is None or not (free.names or reads_all)
    for candidates, cutoff in (([command], 0.7), (others, 1.0), *([(others, 0.75)] if is_far else [])):
        is_own = command in candidates
        subs = [(c, sub) for c in reversed(candidates) for sub in c.subcommands]
        known = {
            one: (c, sub)
            for c, sub in subs
            for one in sub.first_words
            if is_own or not (one in _SAYS_LITTLE or (reads_all and one in sub.also))
        }
        known = {
            one: found
            for one, found in known.items()
            if found[1].opens not in _FOR_GOOD or one == word or (is_own and one[0] == word[:1])
        }
        shortest = 2 if is_own else 3  # "Mei" is no slip of "me", nor is "of" one of "off"
        fitting = [one for one in known if len(one) > shortest or one == word]
        alike = [one for one in fitting if one[:1] == word[:1]]  # "version" is none of "person", nor "biggest" of "digest"
        close = closest(word, alike, cutoff)
        if close is None and is_own:
            close = closest(word, fitting, _SURE_OF_ANOTHER)  # "ecords" is one of "records", but "move" none of "remove"
        if close is not None:
            found, sub = known[close]
            kept = [_quoted(word) for word in rest] if sub.also or " " in sub.usage else []
            said = sub.name if sub.name and close in sub.like else close
            return " ".join([found.slash(prefix) if prefix else f"/{found.name}", said, *kept])
    return None


def _quoted(word: str) -> str:
    return f'"{word}"' if " " in word and not word.startswith("<") else word


@dataclass(frozen=True)
class HelpEntry:
    """One thing that one can type."""

    command: Command
    subcommand: Subcommand
    typed: str
    summary: str


@dataclass(frozen=True)
class HelpGroup:
    """What can be typed to get one of the things that people want; the first entry is what its button does."""

    title: str
    entries: tuple[HelpEntry, ...]


def help_groups(prefix: str) -> tuple[HelpGroup, ...]:
    """Return the whole table, ordered by what people want."""
    entries = [
        HelpEntry(command, sub, f"{command.slash(prefix)} {sub.usage}".strip(), sub.summary)
        for command in COMMANDS
        for sub in command.subcommands
    ]
    return tuple(HelpGroup(title, tuple(e for e in entries if e.subcommand.group == title)) for title in GROUPS)
