"""A question as a form, which is read as the words that somebody would type. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.forms.fields import Form, FormField, FormInput
from bot.slack import ids
from bot.spend.alike import told_apart
from bot.spend.ask.periods import read_period
from bot.spend.ask.splits import TIMES, TOKENS_BY_TYPE
from bot.spend.ask.words import quoted, quoted_split, words_of
from bot.spend.dimensions import ASKED, WORKSPACE
from bot.spend.model import Filter, SpendQuery

_NAMED = {one.name: one for one in (*ASKED, *TIMES, TOKENS_BY_TYPE)}
_CHOICES = tuple((name.replace(" ", "_"), name.capitalize()) for name in _NAMED)
_MEASURES = (("dollars", "dollars"), ("tokens", "tokens"), ("requests", "requests"))
_NO_PERIOD = "I don't know that period. Write one such as 30d, last month, Q3, ytd, since 3 Oct, or 3 Oct to 17 Oct."


@dataclass(frozen=True)
class WantedAnswer:
    """What somebody asks for, as words; `workspace_ids` come on top of them."""

    words: str
    workspace_ids: tuple[str, ...] = ()


def _wanted(values: Mapping[str, Any]) -> WantedAnswer:
    by = [values.get(ids.SPEND_ASK_BY), values.get(ids.SPEND_ASK_AND_BY)]
    splits = " and ".join(dict.fromkeys(one.replace("_", " ") for one in by if one))
    period, measure = values[ids.SPEND_ASK_PERIOD], values[ids.SPEND_ASK_MEASURE]
    # What is typed comes first: behind "by key" a mistyped word would read as the name of a key.
    words = [period, measure, values.get(ids.SPEND_ASK_MORE, ""), f"by {splits}" if splits else ""]
    return WantedAnswer(" ".join(word for word in words if word), values.get(ids.SPEND_ASK_IN) or ())


def _unreadable_period(typed: str, _: FormInput) -> str | None:
    words = typed.split()
    found = read_period(words)
    return None if found is not None and found[1] == len(words) else _NO_PERIOD


ASK = Form(
    ids.SPEND_ASK_FORM,
    "Ask for figures",
    (
        FormField(
            ids.SPEND_ASK_PERIOD,
            "Period",
            placeholder="30d",
            hint="Such as yesterday, 30d, mtd, last month, Q3, ytd, since 3 Oct, or 3 Oct to 17 Oct.",
            max_length=60,
            check=_unreadable_period,
        ),
        FormField(ids.SPEND_ASK_BY, "By", "choice", choices=_CHOICES, optional=True),
        FormField(ids.SPEND_ASK_AND_BY, "And by", "choice", choices=_CHOICES, optional=True),
        FormField(
            ids.SPEND_ASK_IN, "Workspaces", "lookups", placeholder="All workspaces", hint="Empty means all.", optional=True
        ),
        FormField(
            ids.SPEND_ASK_MORE,
            "Only",
            hint="Such as: model opus, key ingest-*, without model haiku, for Dana Smith, top 5, over $50.",
            max_length=500,
            optional=True,
        ),
        FormField(ids.SPEND_ASK_MEASURE, "Count", "radio", choices=_MEASURES),
    ),
    reads=_wanted,
    submit="Show figures",
)


def ask_values(query: SpendQuery, workspaces: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what the form is filled in with for a query, and the labels of that; `workspaces` are names by id."""
    only = [one for one in query.where if _is_chosen(one)]
    wanted = {value.casefold() for one in only for value in one.values}
    apart = told_apart(workspaces, workspaces)
    called = {one: {one.casefold(), name.casefold(), apart[one].casefold()} for one, name in workspaces.items()}
    chosen = {one: apart[one] for one, ways in called.items() if ways & wanted}
    fields = {one: name.replace(" ", "_") for one, name in _named_splits(query).items()}
    values = {
        ids.SPEND_ASK_PERIOD: query.period,
        **fields,
        ids.SPEND_ASK_IN: tuple(chosen),
        ids.SPEND_ASK_MORE: _rest_of(query),
        ids.SPEND_ASK_MEASURE: query.measure,
    }
    return values, chosen


def _is_chosen(one: Filter) -> bool:
    """Tell whether a filter stands in the form's field of workspaces. What is left out is typed."""
    return one.by == WORKSPACE and not one.leaves_out


def _named_splits(query: SpendQuery) -> dict[str, str]:
    """Return which of a query's splits have a choice in the form, by field. That by a tag is typed."""
    fields = (ids.SPEND_ASK_BY, ids.SPEND_ASK_AND_BY)
    known = [one.name for one in query.splits if one.name in _NAMED]
    return dict(zip(fields, known, strict=False))


def _rest_of(query: SpendQuery) -> str:
    """Return the words of a query for which the form has no field of their own."""
    where = tuple(one for one in query.where if not _is_chosen(one))
    bare = replace(query, where=where, by=WORKSPACE, and_by=None, measure="dollars")
    words = words_of(bare).removeprefix(query.period).strip()
    if query.over is not None and query.measure != "dollars":
        words = words.replace("over $", "over ")
    others = [f"by {quoted_split(one.name)}" for one in query.splits if one.name not in _NAMED]
    return " ".join([*others, *([words] if words else [])])


def typed(wanted: WantedAnswer, workspaces: Mapping[str, str]) -> str:
    """Return the words of a form with the workspaces that were chosen."""
    apart = told_apart(workspaces, workspaces)
    names = [apart[one] for one in wanted.workspace_ids if one in workspaces]
    return f"{wanted.words} in {' and '.join(quoted(one) for one in names)}" if names else wanted.words
