"""What people type after a command: nothing is swallowed, nothing is shown raw, and other words for a thing lead to it."""

from pathlib import Path
from typing import cast

import pytest

from bot.approvals.model import Status
from bot.runtime import Runtime
from bot.slack.markup import code, escape, reads_alike
from handlers.edge.interaction import interaction_of
from tests.approvals.acting import card_with, make_key, open_form, press, request_behind, told, until
from tests.world import ALICE, World, world_of


async def ends_at_of(world: World, part: str) -> str:
    request = await until(world, await card_with(world, part), Status.PENDING)
    return request.ends_at.isoformat()[:10] if request.ends_at else ""


async def test_a_role_may_be_asked_for_until_a_day_in_one_line(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        await world.command(ALICE, "/claude-members role @priya billing year end until 2026-12-31")
        card = await card_with(world, "year end")
        assert "\n> year end\n" in card["text"]
        assert "|31 Dec 2026 22:59 UTC> · " in card["text"], "the end of that day in Berlin, where Alice is"
        assert (await request_behind(world, card)).payload["ends_on"] == "2026-12-31"


@pytest.mark.parametrize(
    ("typed", "form", "shown"),
    [
        ("members role @priya billing until the audit is over", "change_role", "I couldn't read when it should end"),
        ("members role @priya until 24 Dec billing", "change_role", "billing"),
        ("members grant billing to @priya for the year end", "change_role", "I couldn't read when it should end"),
        ("members role billing @priya 3 days", "change_role", "initial_date"),
        ("workspaces limit Staging $500 till xmas", "set_spend_limit", "I couldn't read when it should end"),
        ("workspaces access Staging @priya developer 2 weeks", "workspace_access", "initial_date"),
        ("keys disable ingest-prod until tomorrow", "disable_key", "I can't set a last day for this"),
        ("members invite new.one@acme.test as developer for 2 weeks", "invite_members", "I can't set a last day for this"),
    ],
)
async def test_an_end_that_is_not_understood_comes_back_in_the_form(
    tmp_path: Path, typed: str, form: str, shown: str
) -> None:
    async with world_of(tmp_path) as world:
        await world.command(ALICE, f"/claude-{typed}")
        assert shown in str(await world.modal(ALICE, f"form_{form}"))
        assert not await world.messages(ALICE, "C0APPROVALS")


async def test_a_reason_that_may_say_more_than_why_comes_back_in_the_form(tmp_path: Path) -> None:
    asks = "I read one person and one role. Check them and the reason below."
    async with world_of(tmp_path) as world:
        for typed, shown in (
            ("user -> billing", asks),
            ("member since 2020, wants billing", asks),
            ("billing and @dana too", asks),
            ("billing, Dana too", asks),
            ("billing because @dana is away", asks),
            ("billing audit until 31 Dec or until it is over", "I took a last day out of what you typed."),
            ("billing audit for 2 weeks from Monday", "I took a last day out of what you typed."),
            ("billing in Staging", "This is a role in the whole organization. In one workspace: `/claude-workspaces access"),
            ("billing for the Staging workspace", "This is a role in the whole organization."),
        ):
            await world.command(ALICE, f"/claude-members role @priya {typed}")
            view = await world.modal(ALICE, shown)
            await world.post("/act/close", user=ALICE, view_id=view["id"])
        assert not await world.messages(ALICE, "C0APPROVALS")
        await world.command(ALICE, "/claude-members role @priya billing for what a developer did in 2025")
        assert await card_with(world, "for what a developer did in 2025")


async def test_without_an_end_a_card_says_for_good(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        await world.command(ALICE, "/claude-members role @priya billing for the migration")
        assert "\nFor good · " in (await card_with(world, "for the migration"))["text"]


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("request Staging my-key", ("Staging", "my-key")),
        ("new Staging my-key", ("Staging", "my-key")),
        ("create my-key", ("my-key",)),
        ("request staging", ("Staging",)),
        ("request Staging called my-key until 31.12.2030", ("Staging", "'my-key'", "2030-12-31")),
        ("new my-key Staging", ("Staging", "'my-key'")),
        ("create key my-key for Staging", ("Staging", "'my-key'")),
    ],
)
async def test_the_form_of_a_key_keeps_what_was_typed(tmp_path: Path, typed: str, expected: tuple[str, ...]) -> None:
    async with world_of(tmp_path) as world:
        await world.command(ALICE, f"/claude-keys {typed}")
        view = str(await world.modal(ALICE, "form_create_key"))
        assert all(word in view for word in expected)


async def test_other_words_for_a_thing_lead_to_it_and_misspelt_names_to_the_nearest(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        await make_key(world, "nightly-ingest")
        for typed in ("admin ?", "admin -h", "keys --help"):
            await world.command(ALICE, f"/claude-{typed}", channel="C0ENG")
            await told(world, ALICE, "/claude-keys request", "C0ENG")
        await world.command(ALICE, "/claude-keys delete nightly-ingets")
        await told(world, ALICE, "Did you mean `nightly-ingest`?")
        await world.command(ALICE, "/claude-keys lst nightly", channel="C0ENG")
        guess = await told(world, ALICE, "Did you mean `/claude-keys list nightly`?", "C0ENG")
        await press(world, ALICE, guess, "typed_again")
        await told(world, ALICE, "with `nightly` in the name", "C0ENG")
        await world.command(ALICE, "/claude-requests revoke nightly-ingest", channel="C0ENG")
        guess = await told(world, ALICE, "Did you mean `/claude-keys revoke nightly-ingest`?", "C0ENG")
        await press(world, ALICE, guess, "typed_again")
        await world.modal(ALICE, "form_revoke_key")
        await world.command(ALICE, "/claude-keys move nightly-ingest to Production")
        await told(world, ALICE, "A key can't move to another workspace. Get a new one there, then revoke this one.")
        await world.command(ALICE, "/claude-keys new Stagin my-key")
        await told(world, ALICE, "Did you mean *Staging*?")


async def test_a_name_is_found_though_it_is_like_a_command_and_words_that_narrow_a_list_need_no_list(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        await make_key(world, "billing export")
        for typed, said in (
            ("keys billing export", "`billing export` in *Staging* — active."),
            ("keys in Staging", "newest first: in Staging."),
            ("keys disabled in Staging", "in Staging · disabled."),
            ("keys Stagign", "Did you mean *Staging*?"),
            (
                "keys list unused keys",
                "A list can't tell who uses a key. `/claude-admin advice` names keys that nobody uses",
            ),
            ("requests waiting for me", "Nothing waits for your decision."),
            ("workspaces keys Staging", "Did you mean `/claude-keys Staging`?"),
            ("members @priya admin", "Did you mean `/claude-members role @priya admin`?"),
            ("members zzz @priya", "I don't know *zzz @priya*: no member has it in name or address. `/claude-members list`"),
        ):
            await world.command(ALICE, f"/claude-{typed}")
            assert await told(world, ALICE, said), typed
        await world.command(ALICE, "/claude-members demote @priya to user")
        assert "Playground only" in str(await world.modal(ALICE, "form_change_role"))


async def test_people_who_are_named_by_mistake_are_shown_by_name(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        await world.command(ALICE, "/claude-keys disable @bob")
        said = (await told(world, ALICE, "I don't know a key"))["text"]
        assert "`@bob`" in said
        assert "U0BOB" not in said


async def test_what_looks_like_an_address_is_read_as_it_was_typed(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        await make_key(world, "svc.example.com")
        await world.command(ALICE, "/claude-keys disable svc.example.com")
        assert "svc.example.com" in str(await world.modal(ALICE, "form_disable_key"))
        await world.command(
            ALICE, "/claude-members role @priya billing asked by dana@acme.test, see https://wiki.test/a?b=1"
        )
        card = await card_with(world, "asks to change a role")
        assert "asked by dana@acme.test, see https://wiki.test/a?b=1" in card["text"]


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("disable <ftp://svc.test|ftp://svc.test>", "disable ftp://svc.test"),
        ("<slack://app?team=T1&amp;id=A1> <HTTPS://a.test>", "slack://app?team=T1&id=A1 HTTPS://a.test"),
        ("call <tel:+491|+49 1> &lt;ftp://x&gt;", "call +49 1 <ftp://x>"),
        ("<@U0BOB|bob> <#C0COSTS|costs> <!here>", "<@U0BOB|bob> <#C0COSTS|costs> <!here>"),
        (":rocket: x:rocket: :line_feed: :qm_logo:", "🚀 x:rocket: :line_feed: :qm_logo:"),
        (":dog: :whale: :smile:", "🐶 🐳 😄"),
        ("request Staging\x0bingest\u2028prod\rnow", "request Staging\ningest\nprod\nnow"),
        ("\ufeffrequest Staging\u200b 👩\u200d🔬", "request Staging 👩\u200d🔬"),
    ],
)
def test_what_slack_makes_of_typed_words_is_undone(sent: str, typed: str) -> None:
    assert interaction_of(cast("Runtime", None), {"text": sent}).text == typed


async def test_a_name_with_what_keyboards_do_not_have_is_found(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        for name, typed in (("🔬 Insights", ":microscope: insights"), ("R–D", "R-D")):
            await world.rt.admin.create_workspace(name)
            world.rt.directory.forget_workspaces()
            await world.command(ALICE, f"/claude-workspaces show {typed}")
            await told(world, ALICE, f"*{name}* — ")
            await world.command(ALICE, f"/claude-keys list in {typed}")
            await told(world, ALICE, f"No keys: in {name}.")
        await world.command(ALICE, "/claude-members role @priya billing ran team:key:x :not_a_picture: :rocket:")
        assert "> ran team:key:x :not_a_picture: 🚀" in (await card_with(world, "ran team"))["text"]


async def test_a_name_is_confirmed_as_it_is_shown(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        key_id = await make_key(world, "nightly  \u200bjob")
        await open_form(world, ALICE, "revoke_key", key_id)
        answer = await world.submit(ALICE, confirm="nightly job", reason="It was shown so")
        assert answer["ok"], answer
        await card_with(world, "It was shown so")


async def test_a_window_that_may_not_be_opened_any_more_is_told_in_words(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        world.sandbox.slack.trigger_seconds = 0.2
        await world.post("/faults", target="slack", name="views.open", kind="slow", seconds=0.3)
        await world.command(ALICE, "/claude-keys request")
        said = (await told(world, ALICE, "That took too long"))["text"]
        assert "Press it again." in said
        assert "trigger" not in said


def test_references_are_shown_as_names_that_notify_nobody() -> None:
    typed = "<@U0ALICE|alice> in <#C0COSTS|llm-costs> and <!subteam^S0ADMINS|@claude-admins>, <!here> <@U0BOB>"
    assert escape(typed) == "@alice in #llm-costs and @claude-admins, @here @U0BOB"
    assert code("<@U0ALICE|alice>") == "`@alice`"
    assert reads_alike("a  b", " a\u200b b ")
    assert not reads_alike("a b", "ab")
    assert not reads_alike("team:prod:ingest", "team:dev:ingest")


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("a–b", "a-b"),
        ("a\u2011b", "a-b"),
        ("a--b", "a—b"),
        ("a—b", "a-b"),
        ('the "q"', "the “q”"),
        ("a...", "a…"),
        ("`x`", "ˋxˋ"),
        ("🚀 launch", ":rocket: launch"),
        ("eval 👩🏽‍🔬🔥", "eval :female-scientist::skin-tone-4::fire:"),
        ("\u200b", "–"),
    ],
)
def test_a_name_may_be_typed_as_keyboards_and_phones_write_it(name: str, typed: str) -> None:
    assert reads_alike(name, typed)
    assert not reads_alike(name, f"{typed}2")
