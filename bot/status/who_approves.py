"""Who may approve what, in words: the policy as `/claude-admin policy` shows it."""

from collections.abc import Mapping

from bot.approvals.authority import needs_in_words
from bot.approvals.kind import AnyKind
from bot.policy.model import Policy, Rule
from bot.slack.blocks import context, fit, section
from bot.slack.markup import Markup, bold, channel_mention, code, escape
from bot.slack.model import Message


def who_approves(policy: Policy, kinds: Mapping[str, AnyKind], prefix: str) -> Message:
    """Return every rule with what it decides about: those that hold everywhere, then what workspaces have of their own."""
    if policy.nobody_because:
        nobody: Markup = f"⚠️ Nobody can approve anything: {escape(policy.nobody_because)}."
        return Message(nobody, [section(nobody)])
    usual: dict[str, Markup] = {
        name: _rule_in_words(kind, policy.rule_for(name, None, None), None) for name, kind in kinds.items()
    }
    parts: list[Markup] = [f"*Who may approve what*\n{_listed(kinds, usual)}"]
    for key in policy.workspaces:
        about = {name: kind for name, kind in kinds.items() if kind.has_workspace}
        here: dict[str, Markup] = {
            name: _rule_in_words(kind, policy.rule_for(name, key, key), key) for name, kind in about.items()
        }
        other: dict[str, Markup] = {name: words for name, words in here.items() if words != usual[name]}
        parts.append(f"{bold(key)}\n{_listed(kinds, other) or '• The same as everywhere.'}")
    note: Markup = (
        f"Nobody approves their own request. Policy {code(policy.version)}; undecided requests expire in working hours"
        f" ({policy.hours.in_words()}). {code(f'/{prefix}-keys show KEY')} shows what was asked about one key."
    )
    return Message("\n".join([*parts, note]), fit([*(section(part) for part in parts), context(note)]))


def _listed(kinds: Mapping[str, AnyKind], rules: Mapping[str, Markup]) -> Markup:
    """Return one line for each rule, with all that it holds for."""
    by_rule: dict[Markup, list[Markup]] = {}
    for name, words in rules.items():
        by_rule.setdefault(words, []).append(escape(kinds[name].label))
    return "\n".join([f"• *{' · '.join(labels)}*: {words}" for words, labels in by_rule.items()])


def _rule_in_words(kind: AnyKind, rule: Rule, workspace_name: str | None) -> Markup:
    needs = needs_in_words(rule, workspace_name)
    if not rule.approvers:
        return needs
    where: Markup = f", in {channel_mention(rule.channel)}" if rule.channel else ""
    by_hand = kind.left_by_hand(rule)
    after: Markup = f". {by_hand[0].upper()}{by_hand[1:]}" if by_hand else ""
    return f"{needs[0].lower()}{needs[1:]}{where}; waits {rule.lasts}{after}"
