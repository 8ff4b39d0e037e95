"""The request limits of the Web API, which hold only where they are switched on."""

import pytest

from bot.sandbox.slack.methods import METHODS
from bot.sandbox.slack.rates import PER_MINUTE
from bot.sandbox.slack.workspace import BOT_TOKEN
from tests.sandbox.conftest import Room

AUTH = {"Authorization": f"Bearer {BOT_TOKEN}"}


async def test_post_rate_of_one_a_second_and_channel_holds_when_switched_on(room: Room):
    await room.control("flags", {"rate_limits": True})
    url, post = f"{room.url}/api/chat.postMessage", {"channel": "C0ENG", "text": "hi"}
    assert (await room.http.post(url, json=post, headers=AUTH)).status_code == 200
    limited = await room.http.post(url, json=post, headers=AUTH)
    assert (limited.status_code, limited.headers["retry-after"], limited.json()["error"]) == (429, "1", "ratelimited")
    elsewhere = await room.http.post(url, json=post | {"channel": "C0COSTS"}, headers=AUTH)
    assert elsewhere.status_code == 200


async def test_a_channel_is_the_same_by_its_id_its_name_and_its_person(room: Room):
    await room.control("flags", {"rate_limits": True})
    url = f"{room.url}/api/chat.postMessage"
    dm = str((await room.client.conversations_open(users="U0ALICE"))["channel"]["id"])
    for first, second in (("C0ENG", "#engineering"), ("U0ALICE", dm)):
        assert (await room.http.post(url, json={"channel": first, "text": "x"}, headers=AUTH)).status_code == 200
        again = await room.http.post(url, json={"channel": second, "text": "x"}, headers=AUTH)
        assert again.status_code == 429
    nowhere = await room.http.post(url, json={"channel": "C0NOWHERE", "text": "x"}, headers=AUTH)
    assert nowhere.json()["error"] == "channel_not_found"


@pytest.mark.parametrize(("method", "most"), [("usergroups.list", 20), ("team.info", 50), ("api.test", 100)])
async def test_each_method_has_the_calls_a_minute_of_its_tier(room: Room, method: str, most: int):
    url = f"{room.url}/api/{method}"
    assert (await room.http.post(url, headers=AUTH)).status_code == 200
    await room.control("flags", {"rate_limits": True})
    assert {(await room.http.post(url, headers=AUTH)).status_code for _ in range(most)} == {200}
    limited = await room.http.post(url, headers=AUTH)
    assert (limited.status_code, limited.json()) == (429, {"ok": False, "error": "ratelimited"})
    assert 50 <= int(limited.headers["retry-after"]) <= 60
    assert (await room.http.post(f"{room.url}/api/bots.info", headers=AUTH)).status_code == 200
    await room.control("flags", {"rate_limits": False})
    assert (await room.http.post(url, headers=AUTH)).status_code == 200


def test_every_method_has_a_tier_or_is_one_without_a_published_figure() -> None:
    assert METHODS.keys() - PER_MINUTE.keys() == {"auth.test", "blocks.validate", "chat.getPermalink", "chat.postMessage"}
    assert PER_MINUTE.keys() <= METHODS.keys()


async def test_an_error_that_only_has_the_name_of_a_limit_is_an_answer_like_any_other(room: Room):
    answer = await room.http.post(f"{room.url}/api/api.test", json={"error": "ratelimited"})
    assert (answer.status_code, answer.json()["error"]) == (200, "ratelimited")
