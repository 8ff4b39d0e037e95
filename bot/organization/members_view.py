"""Lists of members and of invites, two short lines each. Pure.

What matters comes first. Of members these are the admins, whom people look for to ask them and who can do most; all others
follow by name, because a list of people is searched by name. Of invites it is what is lost next: those that wait, the one
that expires first on top, then those that have expired, the latest first.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from bot.admin.model import Invite, Member
from bot.organization.members_wanted import EXPIRED, PENDING, WantedMembers
from bot.organization.narrowing import stored
from bot.people.roles import ADMIN_ROLES, ROLE_WORDS, role_words
from bot.slack import ids
from bot.slack.blocks import actions, context, fit, section
from bot.slack.elements import button
from bot.slack.markup import Markup, bold, code, date, escape
from bot.slack.model import Message
from bot.slack.paging import Ordered, Page, by_name, in_order, pager, range_of
from bot.words.wording import listed, plural

Json = dict[str, Any]
_FAR = datetime.max.replace(tzinfo=UTC)


def order_of(member: Member) -> str:
    """Return the place of a member in a list: admins first, then by name."""
    return f"{0 if member.role in ADMIN_ROLES else 1}{by_name(member.name, member.id)}"


def order_of_invite(invite: Invite) -> str:
    """Return the place of an invite in a list: those that wait by their expiry, then the expired, the latest first."""
    expires = int(invite.expires_at.timestamp())
    is_over = invite.status != PENDING
    return f"{int(is_over)}{int(_FAR.timestamp()) - expires if is_over else expires:012d}\t{invite.id}"


def as_listed(members: Sequence[Member]) -> Ordered[Member]:
    """Return members in the order of a list."""
    return in_order(members, order_of)


def counts_in_words(roles: Mapping[str, int]) -> Markup:
    """Return how many members have each role: `2 admins, 22 developers and 1 user`."""
    order = [*ROLE_WORDS]
    found = sorted(roles, key=lambda role: (role not in ROLE_WORDS, [*order, role].index(role)))
    return listed([plural(roles[role], *role_words(role)) for role in found])


def member_list(page: Page[Member], wanted: WantedMembers, roles: Mapping[str, int], own_role: str, prefix: str) -> Message:
    """Return a page of the members who are wanted, each with a button that leads to their card.

    `roles` says how many of all members have each role.
    """
    narrowed = wanted.in_words()
    if not page.items:
        text = f"No members: {narrowed}. {code(f'/{prefix}-members list')} shows everybody."
        return Message(text, [section(text)])
    if wanted.is_narrowed:
        intro = f"*{plural(page.total or 0, 'member')}*: {narrowed}."
    else:
        intro = (
            f"*{plural(sum(roles.values()), 'member')}*: {counts_in_words(roles)}. Your role: *{role_words(own_role)[0]}*."
        )
    order = "Admins first, then by name" if page.is_whole else f"{range_of(page)}, admins first, then by name"
    unseen: Markup = "I can't see who signs in, so these are the members without a working key. " if wanted.inactive else ""
    narrower = f"{unseen}Narrow it: {code(f'/{prefix}-members list developers')}, {code('without keys')}, a part of a name."
    blocks: list[Json] = [section(intro), context(order), *map(_member, page.items)]
    blocks += [*pager(page, ids.PAGE_MEMBERS, "members", stored(wanted)), context(narrower)]
    names: list[Markup] = [f"{escape(m.name)} ({role_words(m.role)[0]})" for m in page.items]
    return Message(f"{intro} {order}: {', '.join(names)}. {unseen}", fit([*blocks, *_asks(wanted)]))


def _asks(wanted: WantedMembers) -> list[Json]:
    return (
        [] if wanted.is_narrowed else [actions(button("Change a role…", f"{ids.OPEN_PREFIX}change_role", style="primary"))]
    )


def _member(member: Member) -> Json:
    return section(
        f"{bold(member.name)} — {role_words(member.role)[0]}\n{escape(member.email)}",
        accessory=button("Show", ids.SHOW_MEMBER, member.id, accessibility_label=f"Show {member.name}"),
    )


def invite_list(page: Page[Invite], wanted: WantedMembers, prefix: str) -> Message:
    """Return a page of the invites that are wanted."""
    what = listed([{PENDING: "waiting", EXPIRED: "expired"}.get(one, one) for one in wanted.invites], last="or")
    narrowed = f": {wanted.in_words()}" if wanted.in_words() else ""
    if not page.items:
        text = f"No {escape(what)} invites{narrowed}. {code(f'/{prefix}-members list')} shows the members."
        return Message(text, [section(text)])
    intro = f"*{plural(page.total or 0, 'invite')}*, {escape(what)}{narrowed}"
    part: Markup = "" if page.is_whole else f"{range_of(page)}, "
    order: Markup = f"{part}{'the next to expire' if PENDING in wanted.invites else 'the latest'} first"
    blocks = [section(intro), context(f"{order[0].upper()}{order[1:]}"), *map(_invite, page.items)]
    said: list[Markup] = [f"{escape(one.email)} ({role_words(one.role)[0]}, {_until(one)})" for one in page.items]
    blocks += pager(page, ids.PAGE_MEMBERS, "invites", stored(wanted))
    again: Markup = f"{code(f'/{prefix}-members invite ADDRESS')} asks to invite somebody again."
    blocks += [context(again)] if any(one.status == EXPIRED for one in page.items) else []
    return Message(f"{intro}, {order}: {'; '.join(said)}.", fit(blocks))


def _invite(invite: Invite) -> Json:
    """Return an invite, with a button to withdraw it as long as it waits."""
    if invite.status != PENDING:
        return section(invite_line(invite))
    said = f"Withdraw the invite of {invite.email}"
    withdraw = button("Withdraw…", f"{ids.OPEN_PREFIX}withdraw_invite", invite.id, accessibility_label=said)
    return section(invite_line(invite), accessory=withdraw)


def invite_line(invite: Invite) -> Markup:
    """Return an invite in two lines: for whom and as what, and how long it holds."""
    whom = f"{_mark(invite)} {bold(invite.email)} — {role_words(invite.role)[0]}"
    return f"{whom}\n{_until(invite)}"


def _mark(invite: Invite) -> Markup:
    return "⏳" if invite.status == PENDING else "⌛"


def _until(invite: Invite) -> Markup:
    return f"{'expires' if invite.status == PENDING else 'expired'} {date(invite.expires_at)}"


def not_understood(part: str, typed: str | None, prefix: str) -> Message:
    """Return that nobody has what was typed in name or address, and the nearest thing that would be understood."""
    text: Markup = f"I don't know {bold(part)}: no member has it in name or address."
    if typed is None:
        text += f" {code(f'/{prefix}-members list')} shows everybody."
        return Message(text, [section(text)])
    text += f" Did you mean {code(f'/{prefix}-members list {typed}')}?"
    return Message(text, [section(text), actions(button("Yes, show that", ids.LIST_MEMBERS, typed))])
