"""Everything that is known of somebody, as one card. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from bot.admin.model import ApiKey, Invite, Member
from bot.approvals.cards.lists import Given, Titled, grant_blocks, request_block
from bot.directory.reach import reach_in_words
from bot.directory.use import KeyUse
from bot.organization.keys_view import KeyLine, key_line
from bot.organization.keys_wanted import Wanted
from bot.organization.members_view import invite_line
from bot.organization.model import PlaceRole, Places
from bot.organization.narrowing import stored
from bot.people.roles import role_words, workspace_role_words
from bot.slack import ids
from bot.slack.blocks import actions, context, fit, header, section
from bot.slack.elements import button
from bot.slack.markup import Markup, bold, date, escape, mention
from bot.slack.model import Message
from bot.slack.paging import Page, numbered, pager, range_of
from bot.spend.phrases import shown
from bot.words.calendars import Calendar
from bot.words.wording import calendar_day, listed, number, plural, weekday_day

Json = dict[str, Any]
ASKS: Final = {"change_role": "Change role…", "workspace_access": "Workspace access…", "remove_member": "Remove…"}
"""What may be asked about somebody, by its kind; what isn't registered has no button."""


@dataclass(frozen=True)
class PersonFacts:
    """What is known of somebody, as far as the reader may know it; None or absent: they may not, or it can't be read now.

    `member` is None for one who is only invited; `target` is what leads to the card again.
    """

    target: str
    address: str
    member: Member | None
    slack_id: str = ""
    """The Slack account through which they act, as it was linked or mentioned."""
    linked_at: datetime | None = None
    is_self: bool = False
    invites: Sequence[Invite] = ()
    places: Places | None = None
    places_at: str = ""
    """The cursor at which their list is shown."""
    keys: Page[KeyLine] | None = None
    use: Mapping[str, KeyUse] = field(default_factory=dict[str, KeyUse])
    opened: Page[Titled] | None = None
    grants: Page[Given] | None = None
    asked: Page[Titled] | None = None
    unread: tuple[Markup, ...] = ()
    """What couldn't be read just now, in words."""
    asks: Mapping[str, str] = field(default_factory=dict[str, str])
    """What may be asked about them: the kind, and what its button says."""


def person_card(facts: PersonFacts, calendar: Calendar) -> Message:
    """Return the card; each list is a page with buttons to the rest of it."""
    intro = _intro(facts, calendar)
    blocks: list[Json] = [section(intro), *_asking(facts)]
    if facts.invites:
        lines: list[Markup] = [invite_line(one) for one in facts.invites]
        blocks += [header("Invites"), section("\n".join(lines))]
    blocks += [*_places(facts), *_keys(facts), *_grants(facts), *_requests(facts)]
    if facts.unread:
        blocks.append(context(f"⚠️ I can't load {listed(facts.unread)} now. Try again in a minute."))
    return Message(f"{intro} {' '.join(_said(facts))}", fit(blocks))


_UNLINKED: Markup = (
    "\nnot linked to Slack yet: if they have an active account, show them by an @mention to change their role or access"
)


def _intro(facts: PersonFacts, calendar: Calendar) -> Markup:
    account = f"\n{mention(facts.slack_id)}" if facts.slack_id else _UNLINKED
    linked = f", linked {date(facts.linked_at)}" if facts.linked_at else ""
    member = facts.member
    if member is None:
        left = " any more" if facts.linked_at else ""
        return f"{bold(facts.address)} is not a member{left}.{account if facts.slack_id else ''}{linked}"
    since = f"\nmember since {calendar_day(calendar.day_of(member.added_at))}" if member.added_at else ""
    return f"{bold(member.name)} — {role_words(member.role)[0]}\n{escape(member.email)}{account}{linked}{since}"


def _asking(facts: PersonFacts) -> list[Json]:
    whose, member_id = (facts.member.name, facts.member.id) if facts.member else (facts.address, "")
    value = facts.slack_id or member_id
    asks = [
        button(label, f"{ids.OPEN_PREFIX}{kind}", value, accessibility_label=f"{label.rstrip('…')}: {whose}")
        for kind, label in facts.asks.items()
    ]
    return [actions(*asks)] if asks else []


def _places(facts: PersonFacts) -> list[Json]:
    if facts.places is None:
        return []
    page = numbered(facts.places.given, facts.places_at)
    more = [] if facts.places.is_whole else [actions(button("Check more workspaces", ids.SHOW_MEMBER_MORE, facts.target))]
    turning = pager(page, ids.PAGE_PLACES, "workspaces", facts.target)
    return [header("Workspaces"), section(places_in_words(facts.places, page)), *turning, *more]


def places_in_words(places: Places, page: Page[PlaceRole]) -> Markup:
    """Return in which workspaces somebody has which role, those of a page by name, and how far that was looked at."""
    everywhere: Markup = ""
    if places.everywhere:
        everywhere = f"{workspace_role_words(places.everywhere).capitalize()} in every workspace, from the organization role"
    known = "\n".join([one for one in (everywhere, *map(_place, page.items)) if one])
    part: Markup = "" if page.is_whole else f"\n{range_of(page)}"
    looked = f"{number(places.looked)} of {number(places.total)} workspaces looked at so far."
    if places.is_whole:
        return (
            f"{known}{part}"
            if known
            else "No role of their own in any workspace. In Default their organization role counts."
        )
    return f"{known}{part}\n{looked}" if known else f"No role found. {looked}"


def _place(place: PlaceRole) -> Markup:
    return f"{bold(place.workspace)} — {workspace_role_words(place.role)}"


def _keys(facts: PersonFacts) -> list[Json]:
    if facts.keys is None:
        return []
    blocks: list[Json] = [header("Keys")]
    if not facts.keys.items:
        return [*blocks, section("No keys.")]
    if spent := _spent(facts):
        blocks.append(section(spent))
    blocks += [section(f"{key_line(line)}\n{_used(facts.use.get(line.key.id), line.key)}") for line in facts.keys.items]
    if not facts.keys.is_whole:
        wanted = Wanted(owner=facts.slack_id) if facts.slack_id else Wanted(member=facts.member.id if facts.member else "")
        blocks.append(actions(button(f"All {plural(facts.keys.total or 0, 'key')}", ids.LIST_KEYS, stored(wanted))))
    reach = _reach(facts)
    return [*blocks, context(reach)] if reach else blocks


def _spent(facts: PersonFacts) -> Markup:
    """Return what all keys of theirs cost together, "" where not all of that is known, or the reader may not know it."""
    costs = [use.month_cost for use in facts.use.values() if use.month_cost is not None]
    if not costs or facts.keys is None or len(costs) != facts.keys.total:
        return ""
    some = "" if all(use.is_whole_month for use in facts.use.values()) else ", of which I know only some"
    return f"*{shown(sum(costs, Decimal()))}* in 30 days{some}, all {plural(len(costs), 'key')} together"


def _reach(facts: PersonFacts) -> Markup:
    """Return until when the costs reach and whether they are final, "" where none are shown."""
    uses = list(facts.use.values())
    as_of = [use.as_of for use in uses if use.as_of]
    if not as_of:
        return "No costs are known yet." if uses else ""
    newest = max((use.newest for use in uses if use.newest), default=None)
    return f"Costs and days of use {reach_in_words(newest, max(as_of), is_final=all(use.is_final for use in uses))}"


def _used(use: KeyUse | None, key: ApiKey) -> Markup:
    """Return what a key cost and when it was used last, as far as the ledger knows."""
    if use is None:
        return "use not shown to you"
    if use.as_of is None or use.month_cost is None:
        return "use unknown"
    days: Markup = "30 days" if use.is_whole_month else "30 days, of which I know only some"
    if use.last_day is None:
        return "never used" if use.is_known_since(key.created_at) else f"not used in {days}"
    return f"{shown(use.month_cost)} in {days}, last used {weekday_day(use.last_day)}"


def _grants(facts: PersonFacts) -> list[Json]:
    if facts.grants is None or not facts.grants.items:
        return []
    return [header("Requests with an end date"), *grant_blocks(facts.grants, facts.target)]


def _requests(facts: PersonFacts) -> list[Json]:
    if facts.asked is None or (facts.member is None and not facts.asked.items):
        return []
    shown_below = {request.id for request, _ in facts.asked.items}
    still_open = [one for one in (facts.opened.items if facts.opened else ()) if one[0].id not in shown_below]
    blocks: list[Json] = [header("Open requests"), *map(request_block, still_open)] if still_open else []
    blocks += [header("Last requests"), *map(request_block, facts.asked.items)]
    if not facts.asked.items:
        blocks.append(section("No requests yet."))
    return [*blocks, *pager(facts.asked, ids.PAGE_ASKED, "requests", facts.target)]


def _said(facts: PersonFacts) -> list[Markup]:
    """Return the card for those who hear it."""
    parts: list[Markup] = []
    if facts.invites:
        parts.append(f"{plural(len(facts.invites), 'invite')}.")
    if facts.places:
        parts.append(f"Workspaces: {places_in_words(facts.places, numbered(facts.places.given, facts.places_at))}.")
    if facts.keys is not None:
        spent = _spent(facts)
        parts.append(f"{spent}. {_reach(facts)}." if spent else f"{plural(facts.keys.total or 0, 'key')}.")
    if facts.grants is not None and facts.grants.items:
        parts.append(f"{plural(facts.grants.total or 0, 'grant')} with an end.")
    if facts.opened is not None and facts.opened.items:
        parts.append(f"{plural(len(facts.opened.items), 'open request')}{' or more' if facts.opened.next else ''}.")
    return parts
