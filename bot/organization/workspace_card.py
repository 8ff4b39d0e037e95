"""Everything that is known of one workspace, on one card. What isn't known says so, and why. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.admin.model import Workspace, WorkspaceRateLimit
from bot.approvals.cards.decisive import as_of_words
from bot.approvals.cards.elsewhere import changed_line
from bot.approvals.cards.ending import key_line
from bot.approvals.cards.lists import Titled, mark_of
from bot.approvals.known import Known, KnownKeys
from bot.organization.tags import CHANNEL, OWN, OWNER, TAGS, colour_words
from bot.organization.workspaces_view import amount_words, figures_words, no_figures
from bot.people.roles import WORKSPACE_ROLE_WORDS, workspace_role_words
from bot.slack import ids
from bot.slack.blocks import actions, context, fit, section
from bot.slack.elements import button
from bot.slack.markup import Markup, bold, channel_mention, code, date, escape, mention, truncate
from bot.slack.model import Message
from bot.slack.paging import Page, by_name, pager, range_of
from bot.spend.by_workspace import SpendByWorkspace
from bot.spend.phrases import shown
from bot.words.counts import exact_count
from bot.words.own import Own
from bot.words.wording import listed, number, plural

Json = dict[str, Any]
NOT_YOURS: Own = "Not shown to you. You see what workspaces cost in which you have a role."
UNREAD: Own = "I couldn't look this up just now. Ask again in a minute."
ONLY_MEMBERS: Own = "Only members of a workspace and organization admins see who they are."
MOST_TAGS, MOST_NAMES, MOST_LIMITS, MOST_KEYS = 10, 6, 6, 5


@dataclass(frozen=True)
class WorkspacePerson:
    """Somebody with a role in a workspace, by the member's id. It is the `name`, too, where nobody knows more."""

    id: str
    name: str
    role: str


@dataclass(frozen=True)
class WorkspaceFacts:
    """What is known of a workspace. None stands for what couldn't be read; `keys` are those that its reader may see.

    `has_limits` says whether the preview of spend limits is granted, `limit` is the amount in dollars, None for none, and
    `kept` the one that the bot keeps.
    `sees_all`: the person who asks sees all keys; `sees_people` who the members are; `sees_requests` what others asked for.
    `inherited` counts by workspace role the members of the organization who have it everywhere.
    """

    workspace: Workspace
    spend: SpendByWorkspace | None
    people: Sequence[WorkspacePerson] | None
    inherited: Mapping[str, int]
    has_limits: bool
    limit: Decimal | None
    rates: Sequence[WorkspaceRateLimit] | None
    keys: KnownKeys | None
    sees_all: bool
    sees_people: bool
    sees_requests: bool
    open: Sequence[Titled]
    lately: Sequence[Titled]
    kept: Decimal | None = None
    label: str = ""
    """What people read of it where its name alone doesn't tell which one it is."""

    @property
    def called(self) -> str:
        """What people read of it."""
        return self.label or self.workspace.name

    @property
    def typed(self) -> str:
        """What a command takes for it."""
        return self.workspace.name if self.called == self.workspace.name else self.workspace.id


def workspace_card(facts: WorkspaceFacts, offers: Sequence[tuple[str, Own]], prefix: str) -> Message:
    """Return the card; `offers` are kinds that can be asked for with what their buttons say."""
    one = facts.workspace
    parts: list[Markup] = [
        _head(one, facts.called),
        _spend(facts, prefix),
        _limits(facts),
        _people(facts),
        _keys(facts, prefix),
        _requests(facts),
    ]
    told: list[Markup] = [part for part in parts if part]
    buttons = [
        button(label, f"{ids.OPEN_PREFIX}{kind}", one.id, accessibility_label=f"{label.rstrip('…')}: {facts.called}")
        for kind, label in offers
    ]
    if facts.people and facts.sees_people:
        buttons.append(button("All members", ids.SHOW_WORKSPACE_MEMBERS, one.id))
    blocks = [*map(section, told), *([actions(*buttons)] if buttons else [])]
    return Message("\n".join(told), fit(blocks))


def _head(one: Workspace, called: str) -> Markup:
    state: Markup = f"archived for good {date(one.archived_at)}" if one.archived_at else f"created {date(one.created_at)}"
    colour = colour_words(one.display_color or "")
    facts = " · ".join([f"colour {escape(colour)}", state] if colour else [state])
    named: list[Markup] = [
        f"*{said[0].upper()}{said[1:]}* {_tag(tag, one.tags[tag])}" for tag, said in TAGS.items() if one.tags.get(tag)
    ]
    owner: list[Markup] = [] if one.tags.get(OWNER) else ["*Owner* nobody is named"]
    others = {tag: value for tag, value in one.tags.items() if tag not in TAGS and not tag.startswith(OWN)}
    more = number(len(others) - MOST_TAGS)
    tags: list[Markup] = [f"{code(tag)} {escape(truncate(value, 100))}" for tag, value in sorted(others.items())[:MOST_TAGS]]
    if len(others) > MOST_TAGS:
        tags.append(f"and {more} more in the Console")
    lines: list[Markup] = [f"{bold(called)} — {facts}", *owner, *named]
    if tags:
        lines.append(f"*Other tags* {' · '.join(tags)}")
    return "\n".join(lines)


def _tag(tag: str, value: str) -> Markup:
    return channel_mention(value) if tag == CHANNEL else escape(value)


def _spend(facts: WorkspaceFacts, prefix: str) -> Markup:
    if facts.spend is None:
        return f"*Spend* {UNREAD}"
    amount = facts.spend.of(facts.workspace.id, is_default=facts.workspace.is_default)
    if amount is None:
        return f"*Spend* {no_figures(prefix) if facts.spend.as_of is None else NOT_YOURS}"
    more = code(f'/{prefix}-spend 30d in "{facts.typed}"')
    return f"*Spend* {amount_words(amount, facts.spend)}, {figures_words(facts.spend)}. {more} says more."


def _limits(facts: WorkspaceFacts) -> Markup:
    if facts.workspace.archived_at:
        return ""
    if facts.workspace.is_default:
        return "*Limits* The Default workspace has none of its own: the organization's apply."
    from_money = _spend_limit(facts)
    lines: list[Markup] = [from_money] if from_money else []
    if facts.rates is None:
        lines.append(f"rate limits: {UNREAD}")
    elif not facts.rates:
        lines.append("rate limits as in the organization")
    else:
        every: list[Markup] = [line for rate in facts.rates for line in _rates(rate)]
        lines += every[:MOST_LIMITS]
        if len(every) > MOST_LIMITS:
            lines.append(f"and {number(len(every) - MOST_LIMITS)} more in the Console")
    return "\n• ".join(["*Limits*", *lines])


def _spend_limit(facts: WorkspaceFacts) -> Markup:
    kept = f"{shown(facts.kept)} a month" if facts.kept is not None else ""
    if not facts.has_limits:
        return f"{kept}, as approved here. I can't read what is set in the Console" if kept else ""
    if facts.limit is not None:
        return f"{shown(facts.limit)} a month"
    mine: Markup = f". I still tell when {kept} are spent" if kept else ""
    return f"no spend limit of its own: the organization's applies{mine}"


def _rates(rate: WorkspaceRateLimit) -> list[Markup]:
    group = escape(rate.group.display_name or rate.group.type.replace("_", " "))
    found: list[Markup] = []
    for limiter in sorted(rate.overridden):
        value, above = rate.limits.get(limiter), rate.organization_limits.get(limiter)
        of = f" (organization: {exact_count(above)})" if above is not None else ""
        own = exact_count(value) if value is not None else "no value"
        found.append(f"{group}, {escape(limiter.removesuffix('_cache_aware').replace('_', ' '))}: {own}{of}")
    return found


def _people(facts: WorkspaceFacts) -> Markup:
    if facts.workspace.is_default:
        return "*Members* The Default workspace has no list of its own: the role in the organization decides who uses it."
    also = _inherited(facts.inherited)
    if facts.people is None:
        return f"*Members* {UNREAD}{also}"
    if not facts.people:
        return f"*Members* Nobody has a role of their own here.{also}"
    if not facts.sees_people:
        return f"*{plural(len(facts.people), 'member')}* {ONLY_MEMBERS}{also}"
    rest = len(facts.people) - MOST_NAMES
    more: Markup = f" and {number(rest)} more" if rest > 0 else ""
    return f"*{plural(len(facts.people), 'member')}* {_by_role(facts.people[:MOST_NAMES])}{more}.{also}"


def _by_role(people: Sequence[WorkspacePerson]) -> Markup:
    """Return names, each role said once: `workspace developer: Ann, Bo; workspace admin: Cy`."""
    roles = list(dict.fromkeys(person.role for person in people))
    named: list[Markup] = []
    for role in roles:
        names: list[Markup] = [escape(person.name) for person in people if person.role == role]
        named.append(f"{workspace_role_words(role)}: {', '.join(names)}")
    return "; ".join(named)


def _inherited(counts: Mapping[str, int]) -> Markup:
    """Say who has a role in every workspace, because of their role in the organization."""
    admins, billing = counts.get("workspace_admin", 0), counts.get("workspace_billing", 0)
    said: list[Markup] = []
    if admins:
        are: Markup = "is a workspace admin" if admins == 1 else "are workspace admins"
        said.append(f"{plural(admins, 'organization admin')} {are} in every workspace")
    if billing:
        said.append(f"{plural(billing, 'billing member')} {'sees' if billing == 1 else 'see'} all costs")
    return f" {listed(said)}." if said else ""


def _keys(facts: WorkspaceFacts, prefix: str) -> Markup:
    if facts.workspace.archived_at:
        return "*Keys* All keys ended with the workspace."
    if facts.keys is None or facts.keys.total is None:
        return f"*Keys* {UNREAD}"
    keys, whose = facts.keys, "" if facts.sees_all else " of yours"
    others = "" if facts.sees_all else " Only developers, billing members and admins see those of others."
    if not facts.keys.total:
        return f"*Keys* There are none{whose}.{others}"
    disabled = f", {number(facts.keys.total - keys.active)} disabled" if facts.keys.total > keys.active else ""
    lines: list[Markup] = [f"*Keys{whose}* {number(keys.active)} active{disabled}.{others}"]
    lines += map(key_line, keys.first[:MOST_KEYS])
    if facts.keys.total > MOST_KEYS:
        narrowed = "" if facts.sees_all else " mine"
        every = code(f'/{prefix}-keys list "{facts.typed}"{narrowed}')
        lines.append(f"and {number(facts.keys.total - MOST_KEYS)} more: {every}")
    figures = as_of_words(Known(keys=keys))
    if figures:
        lines.append(f"{figures[0].upper()}{figures[1:]}")
    return "\n".join(lines)


def _requests(facts: WorkspaceFacts) -> Markup:
    whose = "" if facts.sees_requests else " of yours"
    opened: list[Markup] = [f"*Open requests{whose}*", *map(_request, facts.open)] if facts.open else []
    done: list[Markup] = (
        [f"*Done lately{'' if facts.sees_requests else ' for you'}*", *map(_request, facts.lately)] if facts.lately else []
    )
    return "\n".join([*opened, *done])


def _request(one: Titled) -> Markup:
    request, title = one
    at = request.created_at if request.is_open else request.closed_at or request.approved_at or request.created_at
    line = f"{mark_of(request)} {escape(title)} — {mention(request.requester.slack_id)}, {request.in_a_word} {date(at)}"
    return f"{line}{changed_line(request)}"


def members_list(page: Page[WorkspacePerson], workspace: Workspace, inherited: Mapping[str, int]) -> Message:
    """Return a page of those who have a role of their own in a workspace, the most powerful first."""
    part = "" if page.is_whole else f", {range_of(page)}"
    intro = f"*{plural(page.total or 0, 'member')}* of {bold(workspace.name)}{part}"
    rows: list[Markup] = [f"*{escape(one.name)}* — {workspace_role_words(one.role)}" for one in page.items]
    also = _inherited(inherited).strip()
    blocks = [section(intro), *map(section, rows), *([context(also)] if also else [])]
    blocks += pager(page, ids.PAGE_WORKSPACE_MEMBERS, "members", workspace.id)
    said: list[Markup] = [f"{escape(one.name)} ({workspace_role_words(one.role)})" for one in page.items]
    return Message(f"{intro}: {', '.join(said)}. {also}", fit(blocks))


def by_power(person: WorkspacePerson) -> str:
    """Return the place of somebody in a list, by the power of their role and then by name."""
    order = list(WORKSPACE_ROLE_WORDS)
    place = order.index(person.role) if person.role in order else len(order)
    return f"{place}\t{by_name(person.name, person.id)}"
