"""Every report: what people type for it, and what builds it. A new one is its file and a line here."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.runtime import Runtime
from bot.spend.reports import allocation, models, team, tokens
from bot.spend.reports.model import Built, Times, Wanted
from bot.spend.scope import Scope
from bot.words.own import Own
from bot.words.phrases import longest_phrase


@dataclass(frozen=True)
class Report:
    """One report. `words` are what else people type for it; `parts` are its further tables, typed after its name.

    `of_what`: what the column `name` is called in its file, where its table has one.
    """

    name: str
    title: Own
    about: Own
    words: tuple[str, ...]
    build: Callable[[Runtime, Times, Scope, Wanted], Awaitable[Built]]
    parts: tuple[str, ...] = ()
    has_tag: bool = False
    of_what: str = "name"


REPORTS = (
    Report(
        "tokens",
        "Token trends",
        "tokens by class, requests and cache, over time",
        ("token", "trends", "trend", "usage"),
        tokens.build,
    ),
    Report(
        "allocation",
        "Cost allocation",
        "cost by a tag of workspaces, and what has none",
        ("allocate", "cost", "costs", "chargeback", "showback", "tags", "tag"),
        allocation.build,
        has_tag=True,
    ),
    Report(
        "team",
        "Team productivity",
        "who spends what, on which models",
        ("teams", "people", "productivity"),
        team.build,
        of_what="person",
    ),
    Report(
        "models",
        "Model comparison",
        "unit costs, and what another model would have cost",
        ("model", "comparison", "compare"),
        models.build,
        (models.ESTIMATES,),
        of_what="model",
    ),
)
"""In the order in which they are offered."""


def find_report(word: str) -> Report | None:
    """Return the report that somebody means by a word."""
    wanted = word.lower()
    return next((one for one in REPORTS if wanted in (one.name, *one.words)), None)


def report_named(words: Sequence[str]) -> tuple[Report, int] | None:
    """Return the report that the words begin with, by its title, its name or another word for it, and how many they are."""
    phrases = {said: one for one in REPORTS for said in (one.title.casefold(), one.name, *one.words)}
    return longest_phrase(words, phrases)
