"""Many people, several processes, one instant: one effect, one key, one card, and everybody else is told why not."""

import asyncio
import random
import re

import pytest

from bot.sandbox.stage import Json
from tests.processes import APPROVERS, Fleet, elements_of, has_button
from tests.races.conftest import on_fleets
from tests.sizes import FEW_ROUNDS as FEW
from tests.sizes import RACE_ROUNDS as ROUNDS
from tests.world import ALICE, BOB, CAROL, DANA

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(1200),
    on_fleets("postgresql-3", in_proof="sqlite-1"),
]


async def answers_to(fleet: Fleet, people: tuple[str, ...], expected: int, before: dict[str, int]) -> dict[str, str]:
    """Wait until `expected` of these people were told something in private since `before`; return who was told what."""

    async def look() -> dict[str, str] | None:
        said = {user: (await fleet.told(user))[before[user] :] for user in people}
        found = {user: texts for user, texts in said.items() if texts}
        assert all(len(texts) == 1 for texts in found.values()), found
        return {user: texts[0] for user, texts in found.items()} if len(found) == expected else None

    return await fleet.wait_for(look, f"{expected} private answers")


async def told_so_far(fleet: Fleet, people: tuple[str, ...]) -> dict[str, int]:
    return {user: len(await fleet.told(user)) for user in people}


async def all_click(fleet: Fleet, card: Json, action_id: str) -> None:
    """Let twenty people press what they have on screen, also those whose screen is a moment behind."""
    button = next(element for element in elements_of(card) if element.get("action_id") == action_id)
    block_id = next(block["block_id"] for block in card["blocks"] if button in block.get("elements", []))
    pressed = {"type": "button", "action_id": action_id, "block_id": block_id, "value": button["value"]}
    clicks = (fleet.click_on(user, card, action_id, raw_action=pressed) for user in random.sample(APPROVERS, len(APPROVERS)))
    answers = await asyncio.gather(*clicks)
    assert all(answer["ok"] for answer in answers), answers


async def test_twenty_approve_at_once_and_nineteen_are_told_who_was_first(fleet: Fleet) -> None:
    for number in range(ROUNDS):
        name = f"race-{number}"
        card, before = await fleet.ask_for_key(ALICE, name), await told_so_far(fleet, APPROVERS)
        await all_click(fleet, card, "request_approve")
        told = await answers_to(fleet, APPROVERS, 19, before)
        (winner,) = set(APPROVERS) - set(told)
        assert all(f"<@{winner}> approved this" in text for text in told.values()), told
        final = await fleet.card(name, "issued to")
        assert re.search(rf"approved by <@{winner}>( after \d|\n)", final["text"])
        assert len(fleet.keys_named(name)) == 1
    await check_at_rest(fleet, "race-", ROUNDS)


async def check_at_rest(fleet: Fleet, prefix: str, count: int) -> None:
    """Look again at the end: no late redraw brought a button back, no late effect made a second key."""
    for number in range(count):
        (card,) = await fleet.cards(f"{prefix}{number}")
        assert "issued to" in card["text"]
        assert not has_button(card, "request_approve")
        assert len(fleet.keys_named(f"{prefix}{number}")) == 1
    proof = await fleet.audit()
    assert proof.broken_seq is None, proof


async def test_with_a_quorum_of_two_exactly_two_of_twenty_count(fleet: Fleet) -> None:
    for number in range(FEW):
        name = f"two-{number}"
        card = await fleet.ask_for_key(ALICE, name, "Research")
        before = await told_so_far(fleet, APPROVERS)
        await all_click(fleet, card, "request_approve")
        told = await answers_to(fleet, APPROVERS, 18, before)
        final = await fleet.card(name, "issued to")
        first, second = set(APPROVERS) - set(told)
        assert f"<@{first}>" in final["text"]
        assert f"<@{second}>" in final["text"]
    await check_at_rest(fleet, "two-", FEW)


async def test_a_person_who_clicks_twice_counts_once(fleet: Fleet) -> None:
    for number in range(FEW):
        name = f"double-{number}"
        card, before = await fleet.ask_for_key(ALICE, name, "Research"), await told_so_far(fleet, (BOB,))
        await asyncio.gather(*(fleet.click_on(BOB, card, "request_approve") for _ in range(2)))
        told = await answers_to(fleet, (BOB,), 1, before)
        assert "You have already decided this" in told[BOB]
        card = await fleet.card(name, "1 of 2 so far")
        assert fleet.keys_named(name) == []
        await fleet.click_on(CAROL, card, "request_approve")
        await fleet.card(name, "issued to")
    await check_at_rest(fleet, "double-", FEW)


async def test_approve_and_deny_at_once_end_in_one_of_the_two(fleet: Fleet) -> None:
    for number in range(FEW):
        name = f"contest-{number}"
        card, before = await fleet.ask_for_key(ALICE, name), await told_so_far(fleet, (BOB,))
        await fleet.click_on(CAROL, card, "request_deny")
        await fleet.modal(CAROL, "comment")
        await asyncio.gather(fleet.click_on(BOB, card, "request_approve"), fleet.submit(CAROL, comment="not now"))
        final = await ended(fleet, name)
        if "Denied by" in final["text"]:
            assert fleet.keys_named(name) == []
            assert f"<@{CAROL}> denied this" in (await answers_to(fleet, (BOB,), 1, before))[BOB]
        else:
            assert len(fleet.keys_named(name)) == 1
            await fleet.modal(CAROL, f"<@{BOB}> approved this")
        await close_all(fleet, CAROL)


async def ended(fleet: Fleet, name: str) -> Json:
    """Wait until a card has no Approve button and nothing is being done any more."""

    async def look() -> Json | None:
        (card,) = await fleet.cards(name)
        is_open = has_button(card, "request_approve") or "being done now" in card["text"]
        return None if is_open else card

    return await fleet.wait_for(look, f"an end of {name}")


async def close_all(fleet: Fleet, user: str) -> None:
    for view in reversed(await fleet.modals(user)):
        await fleet.post("/act/close", user=user, view_id=view["id"])


async def test_approve_and_withdraw_at_once_end_in_one_of_the_two(fleet: Fleet) -> None:
    for number in range(FEW):
        name, people = f"regret-{number}", (ALICE, BOB)
        card, before = await fleet.ask_for_key(ALICE, name), await told_so_far(fleet, (ALICE, BOB))
        options = next(element for element in elements_of(card) if element["type"] == "overflow")["options"]
        withdraw = next(o["value"] for o in options if o["value"].startswith("withdraw:"))
        await asyncio.gather(
            fleet.click_on(BOB, card, "request_approve"), fleet.click_on(ALICE, card, "request_more", selected=withdraw)
        )
        final = await ended(fleet, name)
        if "*Withdrawn by <@U0ALICE>*" in final["text"]:
            told = await answers_to(fleet, people, 2, before)
            assert ("Withdrawn" in told[ALICE], "already withdrawn" in told[BOB]) == (True, True)
            assert fleet.keys_named(name) == []
        else:
            told = await answers_to(fleet, people, 1, before)
            assert "This request is already" in told[ALICE]
            assert len(fleet.keys_named(name)) == 1


async def test_two_who_look_at_once_see_the_secret_once(fleet: Fleet) -> None:
    for number in range(FEW):
        name = f"look-{number}"
        card = await fleet.ask_for_key(ALICE, name)
        await fleet.click_on(BOB, card, "request_approve")
        await fleet.card(name, "issued to")
        notice = await fleet.message(ALICE, f"`{name}`")
        assert has_button(notice, "request_reveal")
        await asyncio.gather(*(fleet.click_on(ALICE, notice, "request_reveal") for _ in range(2)))

        async def seen() -> bool:
            return "sk-ant-" in str(await fleet.modals(ALICE))

        await fleet.wait_for(seen, "the secret")
        await fleet.message(ALICE, "Shown")
        shown = [m for m in fleet.sandbox.slack.history if m.surface == "modal" and "sk-ant-api" in str(m.view)]
        assert len(shown) == number + 1
        await close_all(fleet, ALICE)


async def test_the_same_form_sent_twice_at_once_makes_one_request(fleet: Fleet) -> None:
    for number in range(FEW):
        name, workspace_id = f"twice-{number}", await fleet.workspace_id("Staging")
        for user in (ALICE, DANA):
            assert (await fleet.command(user, "/claude-keys request"))["ok"]
            await fleet.modal(user, "Workspace")
        values = {"workspace_id": workspace_id, "name": name, "reason": "Nightly"}
        users = (ALICE, ALICE, DANA)
        await asyncio.gather(*(fleet.submit(user, **values) for user in users))
        for user in (ALICE, DANA):
            await answered(fleet, user)
        await fleet.card(name, "asks for an API key")
        submitted = [m for m in fleet.sandbox.slack.history if m.event == "post" and f"`{name}`" in m.text]
        assert len(submitted) == 1
        for user in (ALICE, DANA):
            await close_all(fleet, user)


async def answered(fleet: Fleet, user: str) -> None:
    """Wait until somebody's form says how it went: sent, or asked already by whom."""

    async def look() -> bool:
        shown = str(await fleet.modals(user))
        return "✅ Sent" in shown or "asked for *" in shown

    await fleet.wait_for(look, f"an answer to {user}'s form")


async def test_many_who_retry_at_once_make_one_key(fleet: Fleet) -> None:
    for number in range(FEW):
        name = f"again-{number}"
        card = await fleet.ask_for_key(ALICE, name)
        await fleet.post("/faults", target="claude", name="POST /v1/organizations/api_keys", kind="529", times=3)
        await fleet.click_on(BOB, card, "request_approve")
        card = await fleet.card(name, "the key was not created")
        fleet.mend()
        before = await told_so_far(fleet, APPROVERS)
        await all_click(fleet, card, "request_retry")
        await answers_to(fleet, APPROVERS, 19, before)
        await fleet.card(name, "issued to")
    await check_at_rest(fleet, "again-", FEW)
