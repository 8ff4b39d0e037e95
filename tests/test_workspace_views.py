"""The list of workspaces and the card of one: readable, complete, and never $0 where nothing is known. Pure."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from bot.admin.model import RateLimitGroup, Workspace, WorkspaceRateLimit
from bot.approvals.known import KnownKeys, NamedKey
from bot.approvals.model import Status
from bot.directory.twins import label_among
from bot.organization.tags import COLOURS, colour_words, read_colour
from bot.organization.workspace_card import UNREAD, WorkspaceFacts, WorkspacePerson, members_list, workspace_card
from bot.organization.workspaces_view import WorkspaceLine, no_figures, workspace_list
from bot.organization.workspaces_wanted import WantedWorkspaces, read_workspaces, restored
from bot.sandbox.slack.validation import validate_blocks
from bot.slack.model import Message
from bot.slack.paging import by_name, page_of
from bot.spend.by_workspace import SpendByWorkspace
from tests.approvals.samples import NASTY, a_request

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
SPEND = SpendByWorkspace(date(2026, 10, 24), date(2026, 11, 22), {"wrkspc_1": Decimal("12.5"), "": Decimal(3)}, 0, NOW)
UNKNOWN = SpendByWorkspace(date(2026, 10, 24), date(2026, 11, 22))
ONE = Workspace(
    id="wrkspc_1", name=NASTY, created_at=NOW, display_color="#6C5BB9", tags={"owner": NASTY, "cost_center": "1", "a": NASTY}
)
FACTS = WorkspaceFacts(
    workspace=ONE, spend=SPEND, people=[], inherited={}, has_limits=False, limit=None, rates=[], keys=KnownKeys(total=0),
    sees_all=True, sees_people=True, sees_requests=True, open=[], lately=[],
)  # fmt: skip


def listed(lines: list[WorkspaceLine], spend: SpendByWorkspace = SPEND, unread: int = 0, cursor: str = "") -> Message:
    page = page_of(lines, lambda line: by_name(line.workspace.name, line.workspace.id), cursor)
    return checked(workspace_list(page, WantedWorkspaces(part="x"), spend, "claude", unread))


def checked(message: Message) -> Message:
    assert not validate_blocks(message.blocks, "message")
    assert "<!channel>" not in message.text + str(message.blocks)
    return message


def test_a_workspace_with_a_twin_carries_its_id_in_list_card_and_commands() -> None:
    two = [ONE.model_copy(update={"id": f"wrkspc_{n}", "name": name}) for n, name in enumerate(("Same", "SAME", "Lab"))]
    labels = [label_among(one, two) for one in two]
    assert labels == ["Same (wrkspc_0)", "SAME (wrkspc_1)", "Lab"]
    said = listed([WorkspaceLine(one, label=label) for one, label in zip(two, labels, strict=True)])
    assert [label in said.text and f"*{label}* — " in str(said.blocks) for label in labels] == [True] * 3
    told = card(replace(FACTS, workspace=two[0], label=labels[0]))
    assert told.startswith("*Same (wrkspc_0)* — ")
    assert '-spend 30d in "wrkspc_0"`' in told
    assert '-spend 30d in "Lab"`' in card(replace(FACTS, workspace=two[2], label=labels[2]))


def card(facts: WorkspaceFacts) -> str:
    return checked(workspace_card(facts, [("update_workspace", "Change…")], "claude")).text


def test_a_row_says_whose_it_is_its_keys_what_it_cost_and_its_limit() -> None:
    message = listed([WorkspaceLine(ONE.model_copy(update={"name": "Lab", "tags": {}}), 3, Decimal("12.5"), Decimal(500))])
    assert "*1 workspace*: with `x` in the name" in message.text
    assert message.blocks[1]["text"]["text"] == (
        "*Lab* — no owner named\n3 active keys · $12.50 in 30 days · limit $500.00 a month"
    )
    assert "Spend of 24 Oct–22 Nov (UTC) as of <!date^" in str(message.blocks)


def test_no_data_is_not_nothing_and_keys_that_are_not_for_whoever_asks_are_left_out() -> None:
    message = listed([WorkspaceLine(ONE)], UNKNOWN)
    assert "no data on spend" in message.text
    assert ", by name: with" in listed([WorkspaceLine(ONE), WorkspaceLine(ONE)], UNKNOWN).text
    assert no_figures("claude") in message.text
    assert "key" not in message.text
    assert "$0" not in message.text.replace(no_figures("claude"), "")
    part = listed([WorkspaceLine(ONE, 1, Decimal(1))], replace(SPEND, missing=2))
    assert "at least $1.00 in 30 days" in part.text
    assert "2 days without data" in part.text


def test_many_workspaces_of_one_long_name_are_all_reached_and_what_was_not_read_is_said() -> None:
    lines = [WorkspaceLine(ONE.model_copy(update={"id": f"wrkspc_{n:04}", "name": "💥" * 255}), 1) for n in range(45)]
    seen, cursor = set[str](), ""
    while True:
        page = page_of(lines, lambda line: by_name(line.workspace.name, line.workspace.id), cursor)
        seen |= {line.workspace.id for line in page.items}
        listed(lines, cursor=cursor)
        cursor = page.next
        if not cursor:
            break
    assert len(seen) == 45
    assert "Of 4 workspaces I couldn't read the members yet. Ask again in a minute." in listed(lines, unread=4).text
    assert "I couldn't read" in listed([], unread=4).text


def test_what_narrows_a_list_is_read_in_any_order_and_comes_back_with_a_click() -> None:
    wanted = read_workspaces(["Data", "MINE", "platform", "archived"])
    assert wanted == WantedWorkspaces(mine=True, archived=True, part="Data platform")
    assert restored(wanted.stored()) == wanted
    assert restored("{") == WantedWorkspaces()
    assert wanted.takes(ONE.model_copy(update={"name": "My  DATA Platform"}))


def test_the_card_says_what_is_known_and_why_the_rest_is_not() -> None:
    text = card(FACTS)
    assert "colour purple (#6C5BB9)" in text
    made = ONE.model_copy(update={"tags": {"slack_channel": "C0ENG", "quartermaster_request": "req_1", "env": "prod"}})
    tagged = card(replace(FACTS, workspace=made))
    assert "*Slack channel* <#C0ENG>\n*Other tags* `env` prod\n" in tagged, "what the bot keeps for itself tells nobody more"
    assert "$12.50 in 30 days, 24 Oct–22 Nov (UTC) as of" in text
    assert "Spend limit" not in text
    assert "rate limits as in the organization" in text
    assert "Nobody has a role of their own here." in text
    unread = replace(FACTS, spend=None, people=None, rates=None, keys=None)
    assert card(unread).count(UNREAD) == 4
    unknown = card(replace(FACTS, spend=UNKNOWN))
    assert no_figures("claude") in unknown
    assert "$0.00" not in unknown


def test_the_card_says_which_limit_was_approved_also_where_the_api_shows_none() -> None:
    kept = Decimal(500)
    assert "• $500.00 a month, as approved here. I can't read what is set in the Console" in card(replace(FACTS, kept=kept))
    told = card(replace(FACTS, has_limits=True, kept=kept))
    assert "the organization's applies. I still tell when $500.00 a month are spent" in told
    assert "• $7.00 a month\n" in card(replace(FACTS, has_limits=True, limit=Decimal(7), kept=kept))


def test_the_card_says_who_inherits_a_role_which_limits_hold_and_what_is_open() -> None:
    rate = WorkspaceRateLimit(
        workspace_id="wrkspc_1", rate_limit_id="r", group=RateLimitGroup(type="model_group", display_name="Opus"),
        limits={"requests_per_minute": 500}, organization_limits={"requests_per_minute": 4000},
        overridden=frozenset({"requests_per_minute"}),
    )  # fmt: skip
    people = [WorkspacePerson(f"user_{n}", NASTY, "workspace_admin") for n in range(1000)]
    keys = KnownKeys(total=1000, active=900, first=tuple(NamedKey(name=f"k{n}") for n in range(8)))
    facts = replace(
        FACTS, people=people, inherited={"workspace_admin": 2, "workspace_billing": 1}, has_limits=True, limit=Decimal(500),
        rates=[rate] * 9, keys=keys, open=[(a_request(), NASTY)] * 10, lately=[(a_request(status=Status.APPLIED), "Did")],
    )  # fmt: skip
    text = card(facts)
    for part in (
        "$500.00 a month", "Opus, requests per minute: 500 (organization: 4,000)", "and 3 more in the Console",
        "*1,000 members*", "and 994 more", "2 organization admins are workspace admins in every workspace and 1 billing",
        "900 active, 100 disabled", "and 995 more: `/claude-keys list", "*Open requests*", "*Done lately*\n✅ Did — <",
    ):  # fmt: skip
        assert part in text
    assert checked(members_list(page_of(people, lambda one: one.id), ONE, {})).text.startswith("*1,000 members* of ")


def test_a_default_an_archived_and_somebody_elses_workspace() -> None:
    default = card(replace(FACTS, workspace=ONE.model_copy(update={"is_default": True})))
    assert "The Default workspace has no list of its own" in default
    assert "$15.50 in 30 days" in default, "older reports name it by no id"
    archived = card(replace(FACTS, workspace=ONE.model_copy(update={"archived_at": NOW})))
    assert "archived for good <!date^" in archived
    assert "All keys ended with the workspace." in archived
    assert "There are none of yours. Only developers, billing members and admins see" in card(replace(FACTS, sees_all=False))


@pytest.mark.parametrize(
    ("typed", "value"),
    [("Purple", "#6C5BB9"), ("gray", "#808080"), ("#6c5bb9", "#6C5BB9"), ("6c5bb9", "#6C5BB9"), ("#12", ""), ("mauve", "")],
)
def test_a_colour_is_read_as_people_write_it(typed: str, value: str) -> None:
    assert read_colour(typed) == value


def test_a_colour_is_said_in_the_nearest_word() -> None:
    assert [colour_words(value).split(" (")[0] for value in COLOURS.values()] == list(COLOURS)
    assert colour_words("#3b82c4") == "blue (#3B82C4)"
    assert colour_words("") == ""
    assert colour_words("plaid") == "plaid"
