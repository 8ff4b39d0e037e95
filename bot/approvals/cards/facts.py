"""A request with the words of its kind and of the rule that holds for it."""

from collections.abc import Mapping

from bot.approvals.authority import approvers_in_words, needs_in_words
from bot.approvals.cards.model import RequestFacts
from bot.approvals.extensions import kind_among
from bot.approvals.kind import AnyKind, undo_of
from bot.approvals.model import Request
from bot.approvals.next_step import tries_again
from bot.policy.model import Rule
from bot.slack.markup import Markup, bold, code, escape

FOR_GOOD: Markup = "For good"
"""How long lasts what could have been given until a day, and wasn't."""


def facts_from(kinds: Mapping[str, AnyKind], request: Request, rule: Rule) -> RequestFacts:
    """Return what cards and notices say of a request under a rule."""
    kind = kind_among(kinds, request)
    asked, words = kind.asked(request), kind.words
    undo = undo_of(kinds, kind) if kind.offers and kind.offers.filled(asked) else None
    return RequestFacts(
        request=request,
        title=words.title(asked),
        asks=words.asks,
        what=words.what(asked),
        done=words.done(asked),
        yours=(words.yours or words.done)(asked),
        after=(words.after or words.done)(asked),
        wish=words.wish(asked) if words.wish else f"“{escape(words.title(asked))}”",
        undone=words.undone,
        end=words.end(asked),
        waits_for=kind.by_hand.waits_for if kind.by_hand else "do it",
        by_hand=kind.left_by_hand(rule),
        needs=needs_in_words(rule, request.workspace_name),
        quorum=rule.quorum,
        danger=words.danger,
        grant=kind.grant(request),
        plan=words.plan(asked),
        fixed_end=kind.rules.fixed_end(asked),
        then=words.then(asked),
        lasts=words.lasts or (FOR_GOOD if kind.rules.last_day and not request.extends else ""),
        approvers=approvers_in_words(rule, request.workspace_name),
        thing=kind.concerns.thing if request.concerned or kind.concerns.says_nobody else "",
        because=kind.concerns.because,
        takes_word=kind.by_hand is not None and kind.by_hand.takes_word,
        about=(*which_workspace(request, words.what(asked)), *words.about(asked)),
        undo_label=undo.label if undo else "",
        tries_again=tries_again(request.outcome, request.attempts, is_safe=kind.effect.may_be_repeated),
    )


def which_workspace(request: Request, what: Markup) -> tuple[Markup, ...]:
    """Return which workspace it is about where another had its name when it was asked, unless the first line says so."""
    if not request.known.twin or not request.workspace_id or request.workspace_id in what:
        return ()
    return (which_of_several(request.workspace_id, request.workspace_name or ""),)


def which_of_several(workspace_id: str, name: str) -> Markup:
    """Return which workspace it is about, where its name doesn't tell."""
    return f"⚠️ Several workspaces are called {bold(name)}. This is about {code(workspace_id)}."
