"""What a slash command and what follows it are, as the table has them. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Subcommand:
    """The first word after a command. The name "" is the bare command.

    `also` are further first words that mean it; they stay in the words that the handler gets, as they say more. `like` are
    others that people try for it, and say no more. One that
    only opens the form of a kind of request names it in `opens`; `fills` are the fields that the words fill in, in order:
    a word each, but the name of a key or else the last field takes all that is left over. First words that match the
    expression `matches` mean it as those in `also` do.
    """

    name: str
    usage: str
    summary: str
    group: str
    also: tuple[str, ...] = ()
    opens: str = ""
    fills: tuple[str, ...] = ()
    like: tuple[str, ...] = ()
    matches: str = ""
    names: bool = False
    """Whether first words that mean nothing else may be the name of a thing, which it shows."""
    of_person: tuple[str, ...] = ()
    """What is meant where it is about a person: another subcommand's name, and what stands before the words."""
    reasons: frozenset[str] = frozenset({"for"})
    """Words that begin the reason, besides those that always do; none where a name of several words may hold them."""
    reads_all: bool = False
    """Whether it also says itself what is nearest to its own words."""

    @property
    def first_words(self) -> tuple[str, ...]:
        """The words that lead here; none for a bare command without alternatives."""
        return (self.name, *self.also, *self.like) if self.name else (*self.also, *self.like)


@dataclass(frozen=True)
class Command:
    """One slash command, without its prefix. `bare` is the name of the subcommand that the empty text means."""

    name: str
    summary: str
    usage_hint: str
    subcommands: tuple[Subcommand, ...]
    bare: str = ""

    def slash(self, prefix: str) -> str:
        """Return it as people type it, such as /claude-keys."""
        return f"/{prefix}-{self.name}"

    def find(self, word: str) -> Subcommand | None:
        """Return the subcommand that a first word (lower case) leads to; "" gives what the bare command means."""
        if not word:
            return next(sub for sub in self.subcommands if sub.name == self.bare)
        return next((sub for sub in self.subcommands if word in sub.first_words), None)
