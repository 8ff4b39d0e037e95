"""What the notifier sends to Slack, as Slack sees it on the wire."""

from contextlib import AsyncExitStack, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.approvals.cards.topic import RequestTopic
from bot.approvals.owners import in_slack
from bot.approvals.submit import check_channel
from bot.errors import SlackDown, SlackRefused, SlackWindowClosed
from bot.posts.undeliverable import whom_to_tell
from bot.sandbox.slack.tickets import new_response_url
from bot.slack.blocks import section
from bot.slack.model import Message
from bot.slack.notifier import SlackNotifier
from bot.slack.refusals import PASSING, REFUSED_TOKEN
from bot.slack.web_api import WebApi
from bot.spend.changes.authority import is_in
from tests.world import ALICE, COSTS, World, world_of

LINK = Message("See https://example.test", [section("See <https://example.test>")])


async def posted(world: World, name: str) -> list[dict[str, Any]]:
    """Return what was posted under a name, oldest first."""
    return [entry["request"] for entry in await world.get("/wire") if name in entry["name"]]


async def test_no_message_and_no_answer_is_ever_unfurled(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        await world.rt.notifier.send(COSTS, LINK)
        await world.rt.notifier.send(ALICE, LINK, thread_ts=None)
        await world.rt.notifier.answer(new_response_url(world.sandbox.slack, ALICE, COSTS), LINK)
        sent = [*await posted(world, "chat.postMessage"), *await posted(world, "response")]
    assert len(sent) == 3
    for request in sent:
        assert (request["unfurl_links"], request["unfurl_media"]) == (False, False)


async def test_a_file_is_shared_and_deleted_whoever_deleted_it_before(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        notifier, files = world.rt.notifier, world.sandbox.slack.files
        file_id = await notifier.put_file("spend.png", b"PNG", "Spend rose")
        await notifier.share_file(file_id, "spend.png", COSTS)
        assert files[file_id].channels == [COSTS]
        for _ in range(2):
            await notifier.delete_file(file_id)
    assert files == {}


async def test_a_reply_without_its_thread_is_taken_back_and_counts_as_refused(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        notifier, slack = world.rt.notifier, world.sandbox.slack
        root = await notifier.send(COSTS, LINK)
        assert (await notifier.send(COSTS, LINK, thread_ts=root.ts)).ts
        for lands in (False, True):
            slack.orphans_land_at_root = lands
            before = len(slack.visible(COSTS))
            with pytest.raises(SlackRefused) as refused:
                await notifier.send(COSTS, LINK, thread_ts="1700000000.000001")
            assert refused.value.code == "cannot_reply_to_message"
            assert len(slack.visible(COSTS)) == before


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('{"ok":false,"error":"used_url"}', "used_url"),
        ('{"ok":false}', "unknown_error"),
        ('{"ok":true}', ""),
        ("ok", ""),
        ("", ""),
        ("[]", ""),
    ],
)
async def test_an_answer_that_slack_refuses_with_a_200_counts_as_refused(body: str, code: str) -> None:
    async def takes(_: web.Request) -> web.Response:
        return web.Response(text=body)

    async with AsyncExitStack() as stack:
        app = web.Application()
        app.router.add_post("/answer", takes)
        server = await stack.enter_async_context(TestServer(app))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        notifier = SlackNotifier(AsyncWebClient(session=session), session)
        with pytest.raises(SlackRefused) if code else nullcontext() as refused:
            await notifier.answer(str(server.make_url("/answer")), LINK)
    assert (refused.value.code if refused else "") == code


async def test_no_answer_is_posted_to_a_host_that_only_a_payload_names(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        with pytest.raises(SlackRefused) as caught:
            await world.rt.notifier.answer("http://elsewhere.test/x", LINK)
        assert caught.value.code == "response_url_elsewhere"


@pytest.mark.parametrize("status", [302, 307, 308])
async def test_an_answer_follows_no_way_that_leads_on_to_another_host(status: int) -> None:
    reached = list[str]()

    async def leads_on(request: web.Request) -> web.Response:
        reached.append(request.path)
        elsewhere = request.path == "/answer"
        return web.Response(status=status if elsewhere else 200, headers={"Location": "/elsewhere"} if elsewhere else {})

    async with AsyncExitStack() as stack:
        app = web.Application()
        app.router.add_route("*", "/{any}", leads_on)
        server = await stack.enter_async_context(TestServer(app))
        session = await stack.enter_async_context(aiohttp.ClientSession())
        notifier = SlackNotifier(AsyncWebClient(session=session), session)
        with pytest.raises(SlackRefused):
            await notifier.answer(str(server.make_url("/answer")), LINK)
    assert reached == ["/answer"]


class Refusing:
    """A client to which Slack answers `ok: false`, with HTTP 200."""

    def __init__(self, code: str) -> None:
        self.answer = SimpleNamespace(data={"ok": False, "error": code}, status_code=200, headers={})

    async def api_call(self, _method: str, **_given: Any) -> Any:
        raise SlackApiError("refused", cast("Any", self.answer))


@pytest.mark.parametrize("code", sorted(PASSING))
async def test_trouble_of_slacks_own_is_no_refusal_even_with_a_200(code: str) -> None:
    with pytest.raises(SlackDown) as caught:
        await WebApi(cast("Any", Refusing(code))).response("conversations.info")
    assert caught.value.code == code


@pytest.mark.parametrize("code", [*sorted(REFUSED_TOKEN), "missing_scope"])
async def test_what_the_app_may_not_do_is_told_in_words(code: str) -> None:
    with pytest.raises(SlackRefused) as caught:
        await WebApi(cast("Any", Refusing(code))).response("users.info")
    assert code not in caught.value.sentence
    assert caught.value.code == code


async def test_a_window_that_was_closed_is_told_apart_from_what_slack_refuses() -> None:
    with pytest.raises(SlackWindowClosed):
        await WebApi(cast("Any", Refusing("not_found"))).response("views.update")
    with pytest.raises(SlackRefused) as caught:
        await WebApi(cast("Any", Refusing("not_found"))).response("views.push")
    assert type(caught.value) is SlackRefused


async def test_only_what_slack_says_of_a_channel_or_a_person_counts_as_that(tmp_path: Path) -> None:
    rt = cast("Any", SimpleNamespace(policy=SimpleNamespace(admins=frozenset())))
    for code in ("missing_scope", "token_revoked"):
        rt.notifier = SlackNotifier(cast("Any", Refusing(code)), cast("Any", None))
        asked = [check_channel(rt, COSTS), RequestTopic().why_blocked(rt, COSTS), is_in(rt, COSTS, ALICE)]
        for one in asked:
            with pytest.raises(SlackRefused):
                await one
        assert await in_slack(rt, ALICE) == (None, True)
        assert [one.channel for one in await whom_to_tell(rt, ALICE)] == [ALICE]
