"""Which keys made by hand are accepted, what is said of those that differ, and what their maker is told to choose."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.admin.model import ApiKey
from bot.approvals.findings.db import unsettled
from bot.approvals.known import Asker, Known
from bot.approvals.model import Status
from bot.approvals.outcome import Outcome
from bot.kinds.keys.console_steps import console_news, console_steps
from bot.kinds.keys.made_by_hand import Use, acting_as, differences, handed_over_by, why_not_accepted
from tests.approvals.acting import a_minute_passes, card_with, make_key, until
from tests.approvals.samples import a_request
from tests.approvals.test_console_way import approved
from tests.world import ALICE, CAROL, World, world_of

ENDS = datetime(2026, 12, 31, 22, 59, 59, tzinfo=UTC)
DAY = timedelta(days=1)


def key(principal: str | None = None, of: str | None = None, expires_at: datetime | None = ENDS) -> ApiKey:
    made = datetime(2026, 11, 23, tzinfo=UTC)
    return ApiKey(
        id="apikey_1", name="x", status="active", workspace_id="wrkspc_1", created_at=made, principal_type=principal,
        principal_id=of, expires_at=expires_at,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("made", "is_accepted"),
    [
        (key(), True),
        (key("service_account", "svac_1"), True),
        (key("user", "user_alice"), True),
        (key("user", "user_bob"), False),
        (key("user"), False),
        (key("robot", "robot_1"), False),
    ],
)
def test_no_key_is_accepted_that_acts_as_another_person_or_as_something_unknown(made: ApiKey, is_accepted: bool) -> None:
    said = why_not_accepted(made, "user_alice", "Bob")
    assert (said == "") is is_accepted
    assert is_accepted or said.startswith("It acts as Bob")


def test_a_requester_of_whom_no_member_is_known_matches_nobody() -> None:
    assert why_not_accepted(key("user", None), "", "somebody")


@pytest.mark.parametrize(
    ("made", "ends_at", "use", "says"),
    [
        (key("service_account"), ENDS, "service", ""),
        (key(), ENDS, "service", "workspace key without a linked account"),
        (key("user"), ENDS, "service", "acts as Alice and stops working when they leave"),
        (key("user"), ENDS, "me", ""),
        (key(), ENDS, "me", ""),
        (key("service_account"), ENDS, "me", "acts as a service account"),
        (key("service_account"), ENDS, "", ""),
        (key(expires_at=ENDS + 3 * DAY), ENDS, "", ""),
        (key(expires_at=ENDS + 4 * DAY), ENDS, "", "later end, 4 Jan 2027 22:59 UTC"),
        (key(expires_at=ENDS - timedelta(seconds=1)), ENDS, "", "earlier end, 31 Dec 2026 22:59 UTC"),
        (key(expires_at=None), ENDS, "", "without an expiry"),
        (key(expires_at=ENDS), None, "", "the request says for good"),
        (key(expires_at=None), None, "", ""),
    ],
)
def test_what_differs_is_said_and_nothing_else(made: ApiKey, ends_at: datetime | None, use: Use, says: str) -> None:
    said = differences(made, ends_at, use, "Alice")
    assert says in said
    assert bool(said) is bool(says)
    assert said.count(".") <= 1


def test_what_a_key_acts_as_is_said_in_words() -> None:
    assert acting_as(key(), None) == "nobody in particular"
    assert acting_as(key("user", "user_9"), None) == "a person who is no member (user_9)"
    assert acting_as(key("service_account", "svac_1"), "ci") == "the service account ci"
    assert acting_as(key("robot"), None) == "robot"


@pytest.mark.parametrize(
    ("use", "role", "says"),
    [
        ("service", "developer", "*a service account*, so that it keeps working"),
        ("me", "developer", "if <@U0ALICE> creates the key"),
        ("me", "billing", "*none*, which makes a workspace key: <@U0ALICE> can't create keys"),
        ("", "developer", "*a service account* if something shared"),
    ],
)
def test_the_steps_say_which_account_to_link_and_never_ones_own(use: Use, role: str, says: str) -> None:
    request = a_request(status=Status.FULFILLING, known=Known(asker=Asker(role=role)), ends_at=ENDS)
    text = console_steps(request, "nightly", use).text
    assert says in text
    assert "Never choose yourself" in text
    for part in ("*Staging*", "`nightly`", "2 Jan 2027"):
        assert part in text


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def test_a_personal_key_of_the_maker_is_refused_and_a_finding_until_it_is_gone(world: World) -> None:
    carol = (await world.rt.directory.member_by_email("carol@acme.test")).id
    card = await approved(world, "as-carol", use="service", ends_on="2026-12-31")
    assert "for something that runs by itself" in card["text"]
    await world.message(CAROL, "choose *a service account*, so that it keeps working when people leave")
    wrong = await make_key(world, "as-carol", "Production", created_by=carol, acts_as=carol)
    await a_minute_passes(world)
    card = await card_with(
        world, "⚠️ A key with this name was created in Production, but for the wrong account. It acts as Carol"
    )
    await until(world, card, Status.FULFILLING)
    await world.message(CAROL, "Archive that key and follow the steps again.")
    account = next(iter(world.sandbox.claude.service_accounts))
    await make_key(world, "as-carol", "Production", created_by=carol, acts_as=account, expires_at="2026-12-20T00:00:00Z")
    await a_minute_passes(world)
    await until(world, card, Status.APPLIED)
    card = await card_with(world, "✅ *Key `as-carol` in Production issued")
    assert "It was created with an earlier end, 20 Dec 2026 00:00 UTC; the request says until 31 Dec 2026" in card["text"]
    await world.message(ALICE, "It was created with an earlier end, 20 Dec 2026 00:00 UTC")
    async with world.rt.store.read() as tx:
        (found,) = await unsettled(tx)
    assert (found.thing_id, found.place.partition(" (it acts as ")[0]) == (wrong, "Production")


def test_the_requester_reads_from_whom_they_get_the_secret() -> None:
    assert handed_over_by("Bob", is_own=False) == "Bob created it in the Console and will give you its secret."
    assert handed_over_by("Alice", is_own=True) == "Alice created it in the Console and has its secret."
    assert handed_over_by(None, is_own=False).startswith("The person who created it")


def test_nobody_is_asked_for_the_secret_of_a_key_that_its_requester_made() -> None:
    request = a_request(status=Status.APPLIED)
    for maker, says in (
        (request.requester, "<@U0ALICE> created it and has its secret."),
        (None, "give its secret to <@U0ALICE>"),
    ):
        made = request.model_copy(update={"outcome": Outcome(made_by=maker)})
        assert says in console_news(made, "nightly").text
