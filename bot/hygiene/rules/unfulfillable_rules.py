"""Rules of the policy that nobody can fulfil.

Pure.
"""

from collections.abc import Sequence

from bot.hygiene.model import Ask, Facts, Finding, Risk, RuleOfPolicy
from bot.slack import ids
from bot.slack.markup import Markup, bold, escape
from bot.words.wording import number, plural

_STATUS = Ask("Show status", ids.HELP_STATUS)


def unfulfillable_rules(facts: Facts) -> Sequence[Finding]:
    """Find those without enough people or without a channel. Of user groups nobody has counted the people."""
    if facts.policy.nobody_because:
        why = escape(facts.policy.nobody_because)
        title: Markup = "The policy lets nobody approve anything"
        return [Finding("policy", "all", title, why, "Nothing that people ask for can be done.", _STATUS, Risk.HIGH)]
    return [_finding(one, why) for one in facts.rules if (why := _why(one))]


def _why(one: RuleOfPolicy) -> Markup:
    if not one.has_channel:
        return "It names no channel for the cards."
    if one.able is not None and one.able < one.quorum:
        return f"It needs {plural(one.quorum, 'approval')}, and {number(one.able)} people can approve."
    return ""


def _finding(one: RuleOfPolicy, why: Markup) -> Finding:
    where: Markup = f" in {bold(one.workspace)}" if one.workspace else ""
    return Finding(
        "policy",
        f"{one.kind}:{one.workspace}",
        f"Nobody can approve *{escape(one.title)}*{where}",
        why,
        "Each such request expires undecided. The people who run Quartermaster can change policy.toml.",
        _STATUS,
        Risk.HIGH,
    )
