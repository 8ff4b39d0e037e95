"""Who sees what of a request: asked at each look, by the same rule behind every button."""

from pathlib import Path
from typing import Any

from bot.approvals.cards.details import details_view
from bot.approvals.model import Status
from bot.approvals.outcome import PartDone
from bot.approvals.sight import sees_with_keys
from bot.errors import NotAllowed
from bot.people.identity import resolve_actor
from bot.slack.paging import Page
from tests.approvals.acting import press, request_behind, told
from tests.approvals.samples import a_request, facts_of
from tests.approvals.test_remove_member import KEPT, PRIYA, asked
from tests.world import ALICE, APPROVALS, BOB, CAROL, DANA, world_of


def test_without_keys_of_others_details_say_that_there_is_more_and_show_the_rest() -> None:
    parts = [PartDone(name=name, label=name, state="done") for name in ("key:1", "member")]
    request = a_request("remove_member", Status.APPLIED, outcome={"parts": parts})
    whole, part = (str(details_view(facts_of(request), Page([]), with_keys=one)) for one in (True, False))
    for hidden in ("nightly", "claude_code_key_noah", "key:1"):
        assert (hidden in whole, hidden in part) == (True, False), hidden
    assert "Noah Klein" in part
    assert "member" in part
    assert "your role doesn't show you the keys of others" in part


async def test_who_sees_no_keys_of_others_sees_none_in_what_they_asked_for_and_strangers_see_nothing(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        priya = await world.rt.notifier.person(PRIYA)
        await world.post(f"/claude/users/{priya.email}", role="user")
        world.rt.directory.forget_members()
        card = await asked(world, user=PRIYA, key_fates=[])
        request = await request_behind(world, card)
        assert KEPT in card["text"], "those who decide see the keys on the card"
        await world.command(PRIYA, "/claude-requests mine")
        await press(world, PRIYA, await told(world, PRIYA, "Remove Noah Klein"), "request_details")
        assert KEPT not in str(await world.modal(PRIYA, "the keys of others"))
        sees: dict[tuple[str, str], Any] = {}
        for user, channel in ((PRIYA, ""), (BOB, ""), (CAROL, ""), (ALICE, APPROVALS), (ALICE, ""), (DANA, "")):
            actor = await resolve_actor(world.rt, user, world.rt.team_id)
            try:
                sees[user, channel] = await sees_with_keys(world.rt, actor, request, channel)
            except NotAllowed as refusal:
                sees[user, channel] = refusal.sentence
        stranger = sees.pop((ALICE, ""))
        assert stranger.startswith(f"Only <@{PRIYA}>, the people it is about")
        assert sees == {
            (PRIYA, ""): False,
            (BOB, ""): True,
            (CAROL, ""): True,
            (ALICE, APPROVALS): True,
            (DANA, ""): True,
        }
