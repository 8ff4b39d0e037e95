"""What is said of somebody's removal: on the card, in the form before it is sent, and afterwards."""

from collections.abc import Sequence

from bot.approvals.act import Asked
from bot.approvals.outcome import KEY_PART
from bot.directory.reach import reach_in_words
from bot.kinds.people.leaving import LeftKey, RemoveMember
from bot.people.roles import role_words
from bot.slack.markup import Markup, bold, code, escape, mention, truncate, within_bold
from bot.words.own import Own
from bot.words.wording import calendar_day, listed, money, number, plural

LEAVES: Own = "their personal keys and their Claude Code key stop"
_FATE_WORDS: dict[str, Own] = {"keep": "kept", "disable": "disabled", "revoke": "revoked"}
_NAMED = 3
_SHORT = 60


def what_of(asked: Asked[RemoveMember]) -> Markup:
    """Return who is removed, and in short what happens to their keys."""
    wanted = asked.payload
    return f"{_who(wanted)}{f'; {fates_in_words(wanted)}' if wanted.keys else '; they have no keys that stay'}"


def _who(wanted: RemoveMember) -> Markup:
    named = f"{bold(wanted.member_name or wanted.email)} ({escape(wanted.email)})"
    return f"{mention(wanted.slack_id)}, {named}" if wanted.slack_id else named


def fates_in_words(wanted: RemoveMember) -> Markup:
    """Return how many keys are kept, disabled and revoked: `2 keys keep working with @alice as the owner`, …."""
    parts: list[Markup] = []
    for fate, word in _FATE_WORDS.items():
        count = sum(key.fate == fate for key in wanted.keys)
        if count and fate == "keep":
            verb = "keeps working" if count == 1 else "keep working"
            parts.append(f"{plural(count, 'key')} {verb} with {mention(wanted.new_owner)} as the owner")
        elif count:
            parts.append(f"{plural(count, 'key')} {'is' if count == 1 else 'are'} {word}")
    return listed(parts)


def done_of(asked: Asked[RemoveMember]) -> Markup:
    """Return what is done, as bold text: the new owner reads here which keys are theirs now."""
    wanted, outcome = asked.payload, asked.request.outcome
    kept = [key for key in wanted.keys if key.fate == "keep" and _is_done(outcome.part(f"{KEY_PART}{key.id}"))]
    removed = f"{within_bold(wanted.member_name or wanted.email)} is removed from the Claude organization"
    if not kept:
        return removed
    names: list[Markup] = [code(truncate(key.name, _SHORT)) for key in kept]
    verb = "is" if len(kept) == 1 else "are"
    return f"{removed}; {listed(names, most=_NAMED)} {verb} {mention(wanted.new_owner)}'s now"


def _is_done(part: object) -> bool:
    return getattr(part, "state", "") == "done"


def about(asked: Asked[RemoveMember]) -> Sequence[Markup]:
    """Return what those who decide should know, a line each: role, workspaces, invites, keys, and what stops."""
    wanted = asked.payload
    invites: list[Markup] = [escape(one.email) for one in wanted.invites]
    lines: list[Markup] = [_role_line(wanted)]
    if wanted.last_admin_of:
        names: list[Markup] = [bold(truncate(name, _SHORT)) for name in wanted.last_admin_of]
        left: Markup = "organization admins are the only ones left there"
        lines.append(f"⚠️ They are the last workspace admin of {listed(names, most=_NAMED)}: {left}")
    if invites:
        lines.append(f"Pending invite of {listed(invites)}: withdrawn")
    if wanted.keys:
        lines.append(f"*{plural(len(wanted.keys), 'key')}*, {_as_of(wanted)}:")
    keys: list[Markup] = [key_line(key, wanted.new_owner) for key in wanted.keys]
    return [*lines, *keys, *_ends(wanted)]


def _role_line(wanted: RemoveMember) -> Markup:
    role, _ = role_words(wanted.role)
    if wanted.workspaces is None:
        where: Markup = "I couldn't look up in which workspaces they have a role of their own"
    elif not wanted.workspaces:
        where = "no role of their own in any workspace"
    else:
        names: list[Markup] = [escape(truncate(name, _SHORT)) for name in wanted.workspaces]
        roles, end = ("a role", "ends") if len(names) == 1 else ("roles", "end")
        where = f"with {roles} in {listed(names, most=6)}, which {end} too"
    return f"{role[0].upper()}{role[1:]}, {where}"


def _as_of(wanted: RemoveMember) -> Markup:
    if wanted.as_of is None:
        return "use unknown"
    reach = reach_in_words(wanted.newest, wanted.as_of, is_final=wanted.is_final)
    return f"use in 30 days{'' if wanted.is_whole else ', not all of which are known,'} {reach}"


def key_line(key: LeftKey, new_owner: str) -> Markup:
    """Return a key with its use and what happens to it."""
    disabled = ", disabled" if key.status == "inactive" else ""
    used = f", last used {calendar_day(key.last_day)}" if key.last_day else ", no use" if key.cost is not None else ""
    cost = f", {escape(money(key.cost))}" if key.cost else ""
    word: Markup = _FATE_WORDS.get(key.fate, "nothing chosen yet")
    owner = f" for {mention(new_owner)}" if key.fate == "keep" and new_owner else ""
    name, place = code(truncate(key.name, _SHORT)), escape(truncate(key.place, _SHORT))
    return f"• {name} in {place}{disabled}{used}{cost} · *{word}*{owner}"


def _ends(wanted: RemoveMember) -> list[Markup]:
    names: list[Markup] = [code(truncate(name, _SHORT)) for name in wanted.dying]
    lines: list[Markup] = []
    if names:
        verb = "stops" if len(names) == 1 else "stop"
        lines.append(f"{listed(names, most=_NAMED)} {verb} when they leave, because they are personal or for Claude Code")
    if wanted.of_others:
        keys = plural(wanted.of_others, "key")
        lines.append(f"{keys} that they created for others {'stays' if wanted.of_others == 1 else 'stay'} with those")
    return lines


def then_of(asked: Asked[RemoveMember]) -> Markup:
    """Return what an approval sets off."""
    return f"I change the keys first, then end the membership; {LEAVES}"


def chosen(asked: Asked[RemoveMember]) -> dict[str, str]:
    """Return what the menus say of what was chosen."""
    wanted, names = asked.payload, {key.id: key.name for key in asked.payload.keys}
    labels = {one: f"{names.get(one.partition('-')[2], '')}: {one.partition('-')[0]}" for one in wanted.key_fates}
    return {"member_id": wanted.member_name or wanted.email, **labels}


def read_back(wanted: RemoveMember, hidden: int) -> Markup:
    """Return what a form says before it is sent; `hidden` counts keys that its reader may not see."""
    shown: list[Markup] = [key_line(key, wanted.new_owner) for key in wanted.keys[:10]]
    role, _ = role_words(wanted.role)
    more = len(wanted.keys) - len(shown) + hidden
    lines: list[Markup] = [f"{bold(wanted.member_name or wanted.email)} is {role}. *What happens to their keys*", *shown]
    if more:
        lines.append(f"… and {number(more)} more")
    if not wanted.keys and not hidden:
        lines.append("They have no keys that stay.")
    return "\n".join([*lines, *_ends(wanted)])
