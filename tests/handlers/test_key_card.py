"""/claude-keys show: one card with all that is known of a key, for those who may see it; and lists of many keys."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from bot.admin.model import ApiKey
from bot.approvals.model import Status
from bot.approvals.ownership import db as ownership
from bot.directory.use import KeyUse
from bot.kinds.keys.lines import page_of_keys, page_of_wanted
from bot.kinds.keys.shown import asks_for, key_facts
from bot.kinds.registry import KINDS
from bot.organization.key_card import Ask, KeyFacts, key_card
from bot.organization.keys_wanted import Wanted, read_wanted
from bot.people.model import Actor, Who
from bot.sandbox.claude.records import Principal
from bot.sandbox.slack.validation import validate_message
from bot.slack.blocks import actions, section
from bot.slack.elements import button
from bot.slack.model import Message
from bot.slack.paging import numbered
from bot.words.calendars import UTC_DAYS
from tests.approvals.acting import card_with, labels, make_key, press, request_behind, settled, told
from tests.approvals.samples import ASKED, NASTY, a_request
from tests.world import ALICE, BOB, DANA, World, world_of

KEY = ApiKey(id="apikey_1", name=NASTY * 10, status="active", workspace_id="wrkspc_1", created_at=ASKED, hint="sk-ant-…igAA")
FACTS = KeyFacts(KEY, NASTY, "<@U0NOAH>", "<@U0NOAH>", "nobody in particular: a workspace key")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


def said(facts: KeyFacts) -> str:
    message = key_card(facts, numbered([(a_request(), NASTY)]), UTC_DAYS)
    assert not validate_message({"channel": "C0GENERAL", "text": message.text, "blocks": message.blocks})
    return message.text


def test_what_is_unknown_is_said_and_no_name_becomes_markup() -> None:
    text = said(replace(FACTS, owner="", maker=""))
    assert "*Owner* unknown. *Created by* unknown: the Claude API names nobody." in text
    assert "*Use* no figures yet." in text
    assert "*End* none." in text
    assert "<!channel>" not in text
    assert "$0" not in text


def test_figures_say_how_much_of_the_time_they_know_and_until_when() -> None:
    use = KeyUse(Decimal("1.5"), True, Decimal("0.001"), False, ASKED.date(), 9, ASKED)
    text = said(replace(FACTS, use=use, ends_at=ASKED, key=KEY.model_copy(update={"expires_at": ASKED})))
    assert "*Last used* 23 Nov 2026 (UTC). *Cost* $1.50 in 7 days, at least &lt; $0.01 in 30 days · as of <!date^" in text
    newer = replace(use, newest=ASKED.date())
    assert "in 30 days · as of <!date^" in (runs := said(replace(FACTS, use=newer)))
    assert "not final (UTC days)." in text
    assert "not final (UTC days)." in runs
    closed = replace(newer, newest=date(2026, 11, 22), is_final=True)
    assert "in 30 days · up to 22 Nov 2026 (UTC), as of <!date^" in (whole := said(replace(FACTS, use=closed)))
    assert ", final." in whole
    assert "expires by itself <!date^" in text
    assert "I revoke it after <!date^" in text
    assert "no use in 9 days" in said(replace(FACTS, use=replace(use, last_day=None)))
    assert "*Last used* never." in said(replace(FACTS, use=replace(newer, last_day=None)))
    long_ago = replace(newer, last_day=None, newest=date(2027, 1, 9))
    assert "no use in 9 days (UTC)" in said(replace(FACTS, use=long_ago)), "what came before isn't known"


def test_what_the_bot_made_is_said_to_be_made_by_it() -> None:
    made = a_request(status=Status.APPLIED, outcome={"thing_id": "apikey_1", "way": "api"})
    assert "*Created by* me, with the Admin key of <@U0NOAH>." in said(replace(FACTS, made_in=(made, "x")))
    by_hand = made.model_copy(update={"outcome": made.outcome.model_copy(update={"way": "console"})})
    assert "*Created by* <@U0NOAH>." in said(replace(FACTS, made_in=(by_hand, "x")))


def test_only_what_can_be_asked_of_a_key_has_a_button() -> None:
    def asked(**more: str) -> list[str]:
        return [ask.label for ask in asks_for(KINDS, KEY.model_copy(update=more))]

    active, inactive = asked(), asked(status="inactive")
    assert active[0] == "Disable…"
    assert inactive == ["Enable…", *active[1:]]
    assert asked(status="archived") == asked(status="expired") == asked(scope="galaxy") == []
    facts = replace(FACTS, asks=[Ask("disable_key", "Disable…")], extends="req_1")
    message = Message("", key_card(facts, numbered([]), UTC_DAYS).blocks)
    assert labels({"blocks": message.blocks}) == ["Disable…", "Extend…", "Request a new key"]


def test_a_card_says_what_to_do_about_a_lost_secret_and_an_end_that_cannot_be_moved() -> None:
    ends = replace(FACTS, key=KEY.model_copy(update={"expires_at": ASKED}))
    assert "*Lost its secret?* It is shown once only. Request a new key, then revoke this one." in said(FACTS)
    assert "this end can't be moved. Request a new key" in said(ends)
    assert "can't be moved" not in said(replace(ends, extends="req_1"))
    default = replace(FACTS, key=KEY.model_copy(update={"workspace_id": None}), asks=[Ask("disable_key", "Disable…")])
    assert "Lost its secret" in said(default)
    assert "Lost its secret" not in said(replace(FACTS, key=KEY.model_copy(update={"status": "inactive"})))


async def test_a_card_tells_owner_request_history_and_what_can_be_asked(world: World) -> None:
    card = await world.ask_for_key(DANA, "danas-shown", ends_on="2031-12-31")
    await press(world, BOB, card, "request_approve")
    await card_with(world, "issued to")
    await settled(world)
    await world.command(ALICE, "/claude-keys disable danas-shown")
    await world.modal(ALICE, "form_disable_key")
    assert (await world.submit(ALICE, reason="Not used"))["ok"]
    await card_with(world, "asks to disable a key")
    await world.command(BOB, "/claude-keys show DANAS-shown")
    message = await told(world, BOB, "`danas-shown` in *Staging* — active")
    assert message["ephemeral"]
    for part in (
        "*Owner* <@U0DANA>.", "*Acts as* nobody in particular: a workspace key.", "I revoke it after <!date^1956545999^",
        "*Asked for* by <@U0DANA> <!date^", "|see the card>)", "*Use* no figures yet.",
        "Requests about it: Disable a key: danas-shown, waiting for a decision; API key danas-shown in Staging, done.",
    ):  # fmt: skip
        assert part in message["text"]
    assert labels(message) == [*(ask.label for ask in asks_for(KINDS, KEY)), "Request a new key"]
    await press(world, BOB, message, "open_rename_key")
    assert "danas-shown" in str(await world.modal(BOB, "form_rename_key"))
    await world.command(DANA, "/claude-keys show danas-shown")
    await told(world, DANA, "*Owner* <@U0DANA>.")
    await world.command("U0CROWD01", "/claude-keys show danas-shown")
    await told(world, "U0CROWD01", "You sent no request about this key")  # those of others aren't shown, and aren't denied


async def test_a_name_that_several_have_is_asked_back_and_one_that_none_has_leads_to_the_nearest(world: World) -> None:
    first = await make_key(world, "twin")
    await world.post(f"/claude/keys/{first}", status="archived")
    await world.post("/clock", advance=5)
    await make_key(world, "twin")
    await make_key(world, "twin-tower")
    await world.command(BOB, "/claude-keys show twin")
    message = await told(world, BOB, "Which one? *2 keys*, newest first: called `twin`")
    shows = [block["accessory"]["value"] for block in message["blocks"] if "accessory" in block]
    assert first in shows  # both may be of one second
    assert (await world.click(BOB, "show_key", channel=message["channel"], ts=message["ts"], value=first))["ok"]
    assert labels(await told(world, BOB, "`twin` in *Staging* — revoked")) == []
    await world.command(BOB, "/claude-keys show twin-towr")
    message = await told(world, BOB, "I don't know a key `twin-towr`. Did you mean `twin-tower`?")
    assert labels(message) == ["Show twin-tower"]
    await press(world, BOB, message, "show_key")
    await told(world, BOB, "`twin-tower` in *Staging* — active")
    await world.command(BOB, "/claude-keys give me a key for staging")
    await told(world, BOB, '`/claude-keys request "Staging"` asks for one there.')
    await world.command(BOB, "/claude-keys extend the twin-tower key until May")
    await told(world, BOB, "`twin-tower` in *Staging* — active")
    await world.command(BOB, "/claude-keys show my keys")
    await told(world, BOB, "You have")
    await world.command(BOB, "/claude-keys disable the twin-tower key")
    assert "twin-tower" in str(await world.modal(BOB, "form_disable_key"))
    await world.command(BOB, "/claude-keys show")
    await told(world, BOB, "Say which key: `/claude-keys show KEY`.")


async def test_who_may_not_see_a_key_learns_nothing_of_it_by_name_id_or_button(world: World) -> None:
    key_id = await make_key(world, "not-for-dana")
    person = await world.rt.notifier.person(DANA)
    member = await world.rt.directory.member_by_email(person.email)
    await world.post(f"/claude/users/{member.id}", role="user")
    world.rt.directory.forget_members()
    for typed in ("not-for-dana", key_id, "not-for-dan"):
        await world.command(DANA, f"/claude-keys show {typed}")
        answer = await told(world, DANA, f"I don't know a key `{typed}`.")
        assert "Did you mean" not in answer["text"]
    row = actions(button("Show", "show_key", key_id))
    sent = await world.rt.notifier.send("C0ENG", Message("Show", [section("Show"), row]))
    assert (await world.click(DANA, "show_key", channel="C0ENG", ts=sent.ts))["ok"]
    await told(world, DANA, "That key doesn't exist, or you may not see it.", "C0ENG")
    assert not any("`not-for-dana` in" in one["text"] for one in await world.messages(DANA, "C0GENERAL"))


async def test_filters_combine_and_lead_to_each_of_a_thousand_keys_once(world: World) -> None:
    claude = world.sandbox.claude
    alice, bob = (claude.user_by_email(f"{name}@acme.test").id for name in ("alice", "bob"))  # pyright: ignore[reportOptionalMemberAccess]
    staging, research = claude.workspace_named("Staging").id, claude.workspace_named("Research").id
    wanted: set[str] = set()
    first, _ = claude.create_key(staging, "first", created_by=bob)
    for n in range(1000):
        maker, home = (alice, bob)[n % 2], (staging, research)[n // 2 % 2]
        name, made = f"{'bulk' if n % 5 else 'other'}-{n:04d}", first.created_at - timedelta(seconds=n % 7)
        key = replace(
            first, id=f"apikey_{n}", name=name, workspace_id=home, created_by=Principal("user", maker), created_at=made
        )
        claude.keys[key.id] = key
        if n % 3 == 0:
            key.set_state("inactive", claude.clock.now())
        if maker == alice and home == staging and n % 3 == 0 and n % 5:
            wanted.add(key.id)
    world.rt.directory.forget_keys()
    names = {staging: "Staging", research: "Research"}
    asked = read_wanted(("bulk", "by", f"<@{ALICE}>", "disabled", "in", "Staging"), names)
    assert isinstance(asked, Wanted)
    assert asked == read_wanted(("Staging", "disabled", f"<@{ALICE}>", "bulk"), names)
    assert read_wanted(("my", "keys", "ending", "soon"), names) == Wanted(mine=True, ending=True)
    assert read_wanted(("keys",), names) == Wanted(part="keys")
    for typed in ("created by <@U0ALICE>", "from Staging", "for Staging", "revoked and expired"):
        read = read_wanted(typed.split(), names)
        assert isinstance(read, Wanted), typed
        assert not read.part, typed
    assert read_wanted(("Staging", "in", "Research"), names) == "A list is of one workspace, or of all. Name one."
    assert read_wanted(("ask", "for", "sale"), names) == Wanted(part="ask for sale")
    assert getattr(read_wanted(("For", "Sale"), names | {"w": "For Sale"}), "workspace_id", "") == "w"
    actor = Actor(BOB, await world.rt.admin.user(bob), "")
    seen: list[str] = []
    cursor = ""
    listed = [one for one in world.sandbox.wire.after(0) if one.name.endswith("/organizations/users")]
    while True:
        page = await page_of_wanted(world.rt, actor, asked, cursor)
        seen += [line.key.id for line in page.items]
        cursor = page.next
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == page.total
    again = [one for one in world.sandbox.wire.after(0) if one.name.endswith("/organizations/users")]
    assert len(again) - len(listed) <= 1, "a turned page asks for no new list of members, for which a crowd waits"
    assert set(seen) == wanted
    every = await page_of_wanted(world.rt, actor, Wanted(every=True))
    assert every.total == len(claude.keys)


async def test_a_card_names_the_heir_of_a_key_whose_owner_left_and_an_archived_workspace(world: World) -> None:
    card = await world.ask_for_key(ALICE, "inherited")
    await press(world, BOB, card, "request_approve")
    await card_with(world, "issued to")
    await settled(world)
    key = next(one for one in await world.rt.directory.keys(fresh=True) if one.name == "inherited")
    request = await request_behind(world, card)
    await world.rt.admin.remove_user(request.requester.member_id)
    world.rt.directory.forget_members()
    left = f"<@{ALICE}> (no longer a member)"
    assert ((await key_facts(world.rt, key.id)).owner, (await page_of_keys(world.rt, [key])).items[0].owner) == (left, left)
    async with world.rt.store.write() as tx:
        await ownership.hand_over(tx, key.id, Who(slack_id=DANA, member_id="", email="dana@acme.test"), request.id)
    assert (await key_facts(world.rt, key.id)).owner == f"<@{DANA}>"
    await world.rt.admin.archive_workspace(await world.workspace_id("Staging"))
    world.rt.directory.forget_workspaces()
    assert (await key_facts(world.rt, key.id)).workspace == "Staging (archived)"
