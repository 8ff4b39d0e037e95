"""No list hides its rest: every item of every list is on a page to which buttons lead, and no view cuts a list by itself."""

import ast
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.admin.model import ApiKey, Invite, Member, MonthSpend
from bot.approvals.cards.details import details_view
from bot.approvals.cards.lists import Given, Titled, request_list
from bot.approvals.known import Known, KnownKeys, NamedKey
from bot.approvals.model import Status
from bot.hygiene.model import Accepted, Ask, Finding
from bot.hygiene.view import SHOWN as ADVICE_SHOWN
from bot.hygiene.view import accepted_list, advice_list
from bot.organization.key_card import KeyFacts, key_card
from bot.organization.keys_view import KeyLine, key_list, my_keys
from bot.organization.keys_wanted import Wanted
from bot.organization.members_view import invite_list, member_list, order_of, order_of_invite
from bot.organization.members_wanted import WantedMembers
from bot.organization.model import Glance, PlaceRole, Places
from bot.organization.person_view import ASKS, PersonFacts, person_card
from bot.sandbox.slack.validation import validate_message, validate_view
from bot.slack.markup import Markup, escape
from bot.slack.paging import SIZE, Page, counted, numbered, page_of, read_turn
from bot.spend.ask.view import render_figures
from bot.spend.dashboard.model import Limits, LimitUse
from bot.spend.dashboard.view import render_limits
from bot.spend.digests.build import DigestInput, build_digest
from bot.spend.digests.inside import insides, render_insides
from bot.spend.digests.view import render_part, render_thread
from bot.spend.dimensions import KEY
from bot.spend.exports.load import PAGE
from bot.spend.exports.query import RecordsQuery, Selection
from bot.spend.exports.records import Facts, Records
from bot.spend.exports.view import render_records
from bot.spend.model import Breakdown, Digest, LedgerDay, Measures, Series, Slice, SpendQuery
from bot.spend.model import Figures as SpendFigures
from bot.spend.prices.load import price_table
from bot.spend.reconcile.build import reconcile
from bot.spend.reconcile.periods import Wanted as Reconciled
from bot.spend.reconcile.view import render_reconciliation
from bot.spend.reports.allocation import Place, allocation
from bot.spend.reports.model import Built, Times, Untagged
from bot.spend.reports.model import Wanted as AskedReport
from bot.spend.reports.schedule.model import ReportSubscription
from bot.spend.reports.schedule.view import render_schedule
from bot.spend.reports.schedule.when import next_report
from bot.spend.reports.view import render_report, render_untagged
from bot.spend.scope import EVERYTHING
from bot.words.calendars import UTC_DAYS
from bot.words.own import own
from handlers.home_view import HomeParts, home_view
from tests.approvals.samples import ASKED, a_request, facts_of
from tests.spend.reconcile.samples import OCTOBER, used
from tests.spend.reconcile.samples import given as given_for
from tests.spend.world import FRIDAY, NOW, OPUS, cell_of

Json = dict[str, Any]
MANY = 87
NAMES = [f"thing-{number:03d}" for number in range(MANY)]
LONG = "W" * 250


def key_line(name: str) -> KeyLine:
    key = ApiKey(id=f"apikey_{name}", name=name, status="active", workspace_id="wrkspc_1", created_at=ASKED)
    return KeyLine(key, LONG, "<@U0NOAH>", ASKED)


def titled(name: str) -> Titled:
    return a_request(id=f"req_{name}", reason="x" * 500), name


def keys(cursor: str) -> Page[KeyLine]:
    return numbered([key_line(name) for name in NAMES], cursor)


def asked(cursor: str) -> Page[Titled]:
    return numbered([titled(name) for name in NAMES], cursor)


def given(cursor: str, size: int = SIZE) -> Page[Given]:
    granted = [a_request(id=f"req_{name}", status=Status.APPLIED, ends_at=ASKED) for name in NAMES]
    return numbered([(one, name, name.endswith("7")) for one, name in zip(granted, NAMES, strict=True)], cursor, size)


def member(name: str) -> Member:
    return Member(id=f"user_{name}", email=f"{LONG}@acme.test", name=name, role="developer", added_at=ASKED)


def members(cursor: str) -> list[Json]:
    page = page_of([member(name) for name in NAMES], order_of, cursor)
    wanted = WantedMembers(part="t" * 80, roles=("developer",) * 9)
    return member_list(page, wanted, {}, "admin", "claude").blocks


def invites(cursor: str) -> list[Json]:
    invited: dict[str, Any] = {"role": "user", "status": "pending", "invited_at": ASKED, "expires_at": ASKED}
    page = page_of([Invite(id=name, email=f"{name}@x.test", **invited) for name in NAMES], order_of_invite, cursor)
    return invite_list(page, WantedMembers(invites=("pending",)), "claude").blocks


def card(*, grants: str = "", own: str = "", where: str = "") -> list[Json]:
    """A card with as much on it as there ever is, with names as long as they get."""
    places = Places("workspace_billing", tuple(PlaceRole(f"{name}{LONG}", "workspace_admin") for name in NAMES), 100, 120)
    facts = PersonFacts(
        target="user_x", address=LONG, member=member(LONG), slack_id="U0X", linked_at=ASKED, places=places, places_at=where,
        invites=[Invite(id="i", email=LONG, role="user", status="expired", invited_at=ASKED, expires_at=ASKED)],
        keys=numbered([key_line(name) for name in NAMES], "", 5), opened=numbered([titled("o") for _ in range(5)]),
        grants=given(grants, 5),
        asked=numbered([titled(name) for name in NAMES], own, 5), unread=("keys",), asks=ASKS,
    )  # fmt: skip
    return person_card(facts, UTC_DAYS).blocks


def at_home(*, waiting: str = "", held: str = "", mine: str = "", own: str = "", grants: str = "") -> list[Json]:
    glance = Glance(5000, 2, 3, ASKED, 100, 1000, 7, MonthSpend(spent=Decimal(9), as_of=ASKED, missing=2))
    places = Places("", tuple(PlaceRole(LONG, "workspace_user") for _ in range(100)), 100, 120)
    parts = HomeParts(asked(waiting), asked(held), asked(mine), given(grants), keys(own), places, glance)
    view = home_view(parts, "claude", ASKED)
    assert not validate_view(view)
    return view["blocks"]


def history(cursor: str) -> list[Json]:
    view = details_view(facts_of(a_request()), numbered([*map(str, NAMES)], cursor))  # pyright: ignore[reportArgumentType]
    assert not validate_view(view)
    return view["blocks"]


def ending(cursor: str) -> list[Json]:
    named = tuple(NamedKey(name=f"{name}{LONG}", maker=LONG, status="inactive") for name in NAMES)
    request = a_request("archive_workspace", known=Known(keys=KnownKeys(total=len(named), first=named)))
    view = details_view(facts_of(request), numbered([]), keys_at=cursor)
    assert not validate_view(view)
    return view["blocks"]


def figures() -> SpendFigures:
    parts = tuple(Slice(name, name, Decimal(100 - number), Decimal(1)) for number, name in enumerate(NAMES))
    query = SpendQuery("yesterday", KEY)
    return SpendFigures(query, FRIDAY, FRIDAY, Decimal(9000), Decimal(1), Breakdown(KEY, parts), Series((), ()), (), (), NOW)


def recorded(cursor: str) -> list[Json]:
    page = counted(len(NAMES), cursor, PAGE)
    rows = [Measures(FRIDAY, {"api_key_id": NAMES[number]}, Decimal(100 - number)) for number in page.items]
    selection = Selection(FRIDAY, FRIDAY, (KEY,), {})
    facts = Facts(
        {FRIDAY: LedgerDay(FRIDAY, "analytics", NOW, NOW, True, Decimal(1))}, {name: f"{name}{LONG}" for name in NAMES}
    )
    total = Measures(FRIDAY, {}, Decimal(9000))
    return render_records(Records(RecordsQuery(), selection, EVERYTHING, page.showing(rows), total, facts), "claude").blocks


def key_history(cursor: str) -> list[Json]:
    facts = KeyFacts(
        key_line(LONG).key, LONG, "<@U0NOAH>", "<@U0NOAH>", "nobody", ASKED, None, titled(LONG), "https://a.test/c"
    )
    return key_card(facts, asked(cursor), UTC_DAYS).blocks


def digest() -> tuple[DigestInput, Digest]:
    cells = [cell_of(FRIDAY, name, OPUS, f"key_{name}", Decimal(100 - number)) for number, name in enumerate(NAMES)]
    days = [FRIDAY - timedelta(days=number) for number in range(32)]
    known = {day: LedgerDay(day, "analytics", NOW, NOW, closed=True, total=Decimal(9000)) for day in days}
    names = {name: name for name in NAMES} | {f"key_{name}": LONG for name in NAMES}
    given = DigestInput(FRIDAY, known, cells, cells, [], [], Decimal(9000), names)
    return given, build_digest(given)


def allocated() -> tuple[Built, Times]:
    fact = LedgerDay(FRIDAY, "analytics", NOW, NOW, True, Decimal(1))
    times = Times("yesterday", FRIDAY, FRIDAY, FRIDAY, FRIDAY, {FRIDAY: fact})
    places = {name: Place(name, f"{name}{LONG}", {"team": f"{name}{LONG}"}) for name in NAMES}
    return allocation(times, "team", places, dict.fromkeys(NAMES, Decimal(9)), None), times


def reported(cursor: str) -> list[Json]:
    return render_report(*allocated(), AskedReport("allocation", tag="team"), None, cursor).blocks


def untagged(cursor: str) -> list[Json]:
    built, times = allocated()
    built = replace(built, untagged=tuple(Untagged(name, f"{name}{LONG}", "$9.00") for name in NAMES))
    return render_untagged(built, times, AskedReport("allocation", tag="team"), cursor).blocks


def limits(cursor: str) -> list[Json]:
    uses = tuple(LimitUse(f"{name}{LONG}", "month", Decimal(9), Decimal(3), is_own=True) for name in NAMES)
    return render_limits(Limits(uses), cursor).blocks


def scheduled(cursor: str) -> list[Json]:
    some = [
        ReportSubscription(name, "C0COSTS", name, LONG, "weekly", "09:00", "UTC", "U0DANA", NOW, FRIDAY) for name in NAMES
    ]
    return render_schedule([(one, next_report(one, NOW)) for one in some], NOW, "claude", cursor).blocks


def part(cursor: str) -> list[Json]:
    message = render_part(digest()[1], "workspace", 7, cursor)
    assert message is not None
    return message.blocks


def inside(cursor: str) -> list[Json]:
    given, made = digest()
    return render_insides(made, numbered(insides(given, made), cursor), 7).blocks


def reconciled(cursor: str) -> list[Json]:
    rows = [used("3", model=f"claude-{name}") for name in NAMES]
    found = reconcile(given_for(rows), price_table())
    return render_reconciliation(found, Reconciled(*OCTOBER), price_table(), NOW, cursor).blocks


def advised(cursor: str) -> list[Json]:
    ask = Ask("Show", "show_key", "x" * 500)
    title: Markup = escape(LONG)
    found = [Finding("rule", name, title, own(name), title, ask, money=Decimal(9)) for name in NAMES]
    return advice_list(numbered(found, cursor, ADVICE_SHOWN), 7, "Figures.").blocks


def accepted(cursor: str) -> list[Json]:
    return accepted_list(numbered([Accepted(name, name, "x" * 500, ASKED, "U0BOB") for name in NAMES], cursor)).blocks


@dataclass(frozen=True)
class Listed:
    """A list: its blocks at a cursor, and the action with which its button leads on."""

    blocks: Callable[[str], list[Json]]
    action: str


LISTS = {
    "my keys": Listed(lambda cursor: my_keys(keys(cursor), "claude").blocks, "page_my_keys"),
    "keys": Listed(lambda cursor: key_list(keys(cursor), Wanted(part="t" * 80), "claude", UTC_DAYS).blocks, "page_keys"),
    "a key's requests": Listed(key_history, "page_key"),
    "waiting": Listed(lambda cursor: request_list(asked(cursor), asked(""), "claude").blocks, "page_waiting"),
    "by hand": Listed(lambda cursor: request_list(asked(""), None, "claude", asked(cursor)).blocks, "page_held"),
    "by hand at home": Listed(lambda cursor: at_home(held=cursor), "page_held"),
    "mine": Listed(lambda cursor: request_list(None, asked(cursor), "claude").blocks, "page_mine"),
    "waiting at home": Listed(lambda cursor: at_home(waiting=cursor), "page_waiting"),
    "mine at home": Listed(lambda cursor: at_home(mine=cursor), "page_mine"),
    "what ends at home": Listed(lambda cursor: at_home(grants=cursor), "page_grants"),
    "members": Listed(members, "page_members"),
    "invites": Listed(invites, "page_members"),
    "what ends on a card": Listed(lambda cursor: card(grants=cursor), "page_grants"),
    "workspaces on a card": Listed(lambda cursor: card(where=cursor), "page_places"),
    "requests on a card": Listed(lambda cursor: card(own=cursor), "page_asked"),
    "keys at home": Listed(lambda cursor: at_home(own=cursor), "page_my_keys"),
    "history": Listed(history, "page_history"),
    "keys that end": Listed(ending, "page_ending"),
    "advice": Listed(advised, "page_advice"),
    "accepted advice": Listed(accepted, "page_advice_accepted"),
    "figures": Listed(lambda cursor: render_figures(figures(), None, cursor).blocks, "page_spend"),
    "records": Listed(recorded, "page_spend_records"),
    "a reconciliation": Listed(reconciled, "page_spend_reconcile"),
    "a report": Listed(reported, "page_report"),
    "without a tag": Listed(untagged, "page_untagged"),
    "limits": Listed(limits, "page_limits"),
    "scheduled reports": Listed(scheduled, "page_scheduled"),
    "a part of a digest": Listed(part, "page_spend_part"),
    "inside a digest": Listed(inside, "page_spend_breakdown"),
}
VIEWS = {"history", "keys that end", *(name for name in LISTS if name.endswith(" at home"))}
"""What stands in a view, which is checked where it is drawn."""


def button_of(blocks: Sequence[Json], action_id: str) -> Json | None:
    elements = [element for block in blocks if block["type"] == "actions" for element in block["elements"]]
    return next((element for element in elements if element["action_id"] == action_id), None)


@pytest.mark.parametrize("name", LISTS)
def test_every_item_of_every_list_is_on_a_page_to_which_buttons_lead(name: str) -> None:
    listed, cursor, seen = LISTS[name], "", list[str]()
    while True:
        blocks = listed.blocks(cursor)
        if name not in VIEWS:
            assert not validate_message({"channel": "C0GENERAL", "text": "x", "blocks": blocks})
        shown = str(blocks)
        assert "do not fit here" not in shown
        seen += [item for item in NAMES if item in shown and item not in seen]
        following = button_of(blocks, f"{listed.action}_next")
        if following is None:
            break
        cursor = read_turn(following["value"])[1]
    assert button_of(blocks, f"{listed.action}_previous") is not None
    assert set(seen) == set(NAMES)


def test_what_all_read_leads_to_all_of_its_table() -> None:
    assert button_of(render_figures(figures(), private=False).blocks, "spend_all") is not None
    for name, message in render_thread(digest()[1], 7):
        rows = next(block for block in message.blocks if block["type"] == "table")["rows"]
        is_cut = any(row[0].get("text", "").endswith(" more") for row in rows)
        leads_on = button_of(message.blocks, "spend_part")
        assert (leads_on is not None) == is_cut
        assert leads_on is None or leads_on["value"] == f"7:{name}"


ALLOWED = {
    ("bot/approvals/cards/ending.py", "keys.first[:MOST_ON_CARD]"): "Details has all, by pages",
    ("bot/status/names.py", "members[:LOOKED_AT]"): "looked up, not shown",
    ("bot/approvals/findings/view.py", "findings[:1]"): "a button; all are named above it, and the next has it then",
    ("bot/approvals/cards/details.py", "lines[:_AT_ONCE * _MOST_BLOCKS]"): "300 lines of a window; the rest is counted",
    ("bot/claude_code/view.py", "table.rows[:_IN_WORDS]"): "a line of text beside a table; the rest is counted",
    ("bot/forms/draw.py", "several[:MAX_OPTIONS]"): "what a field is filled in with can't be more than it takes",
    ("bot/posts/left_readable.py", "sorted(people)[:_MOST_PEOPLE]"): "whom to write to; nothing is shown",
    ("bot/organization/workspace_card.py", "facts.people[:MOST_NAMES]"): "counted; a button shows all of them",
    ("bot/organization/workspace_card.py", "every[:MOST_LIMITS]"): "counted; the Console has all",
    ("bot/organization/workspace_card.py", "sorted(others.items())[:MOST_TAGS]"): "counted; the Console has all",
    ("bot/organization/workspace_card.py", "keys.first[:MOST_KEYS]"): "counted, with the command that lists all",
    ("bot/spend/alerts/forms.py", "existing[-_SHOWN_THRESHOLDS:]"): "counted below it; a form can't turn pages",
    ("bot/spend/render.py", "calendar_day(value)[:-5]"): "text",
    ("bot/spend/render.py", "rows[:most]"): "a line of text beside a table; the rest is counted",
    ("bot/spend/render.py", "rows[:POINTS - 1]"): "a chart; the rest is one bar",
    ("bot/spend/render.py", "found.rows[:first]"): "the rows before a page, summed",
    ("bot/kinds/limits/peaks/near.py", "found[:_MOST]"): "the nearest to their limits; the rest is counted",
    ("handlers/claude_code.py", "call.channel[:1]"): "text",
    ("handlers/claude_code.py", "' '.join(call.words)[:200]"): "text",
    ("bot/approvals/cards/several.py", "lines[:MOST_LINES]"): "the last line counts what is left out, and Details has all",
    ("handlers/edge/directly.py", "call.channel[:1]"): "text",
    ("handlers/spend_ask.py", "call.channel[:1]"): "text",
    ("handlers/spend_ask.py", "found[:100]"): "suggestions, which typing narrows",
    ("handlers/spend_forms.py", "call.channel[:1]"): "text",
    ("handlers/spend_forms.py", "found[:100]"): "suggestions, which typing narrows",
}
"""Slices in files that draw for Slack, each with the reason for which nobody misses what it leaves out."""
DRAWING = ("blocks", "tables", "elements", "model")


def test_no_view_cuts_a_list_by_itself() -> None:
    found: set[tuple[str, str]] = set()
    for path in [*Path("bot").rglob("*.py"), *Path("handlers").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        if "sandbox" in path.parts or path.parts[:2] == ("bot", "slack"):
            continue
        if any(f"from bot.slack.{one} import" in text for one in DRAWING):
            found |= {(path.as_posix(), ast.unparse(node)) for node in ast.walk(ast.parse(text)) if cuts(node)}
    assert found - set(ALLOWED) == set(), "use bot.slack.paging, or say in ALLOWED why nobody misses what is left out"
    assert set(ALLOWED) - found == set(), "nothing is cut there any more: take it out of ALLOWED"


def cuts(node: ast.AST) -> bool:
    """Tell whether an expression takes only the beginning or the end of something."""
    if not isinstance(node, ast.Subscript) or not isinstance(node.slice, ast.Slice):
        return False
    lower, upper = node.slice.lower, node.slice.upper
    return (lower is None and upper is not None) or (upper is None and isinstance(lower, ast.UnaryOp))
