"""What goes over the wire and what becomes of odd answers, with the answers made up here."""

import asyncio
import gc
import json
import traceback
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

import httpx
import pytest
from pydantic import SecretStr

from bot.admin.call import ApiCall, Manner
from bot.admin.client import AdminClient
from bot.admin.errors import rate_limit_state, retry_after
from bot.admin.http import INVITES_PER_HOUR, Transport
from bot.errors import OwnQueueFull, PreviewUnavailable, UpstreamBusy, UpstreamDown, UpstreamError, UpstreamRefused
from tests.admin.conftest import QUICK

KEY = "sk-ant-admin01-a-secret-of-the-tests-000000000000"
NOW = "2026-11-22T10:00:00Z"
ORGANIZATION = {"id": "org", "type": "organization", "name": "Acme", "colour_of_the_week": "teal"}


def client(answer: Callable[[httpx.Request], httpx.Response], key: str = KEY) -> AdminClient:
    return AdminClient(Transport(SecretStr(key), "https://gateway.test/claude", wire=httpx.MockTransport(answer)), QUICK)


class _Piece(httpx.AsyncByteStream):
    """A body that comes over a wire."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._body


def refusal(status: int, code: str | None = None, message: str = "No.", **headers: str) -> httpx.Response:
    details = {"details": {"error_code": code}} if code else {}
    body = {"type": "error", "error": {"type": "some_error", "message": message, **details}, "request_id": "req_1"}
    return httpx.Response(status, json=body, headers=headers)


async def test_each_call_says_version_agent_and_key_and_tolerates_unknown_fields() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=ORGANIZATION)

    await client(answer).me()
    await client(answer, "sk-ant-oat01-token").me()
    assert str(seen[0].url) == "https://gateway.test/claude/v1/organizations/me"
    assert seen[0].headers["anthropic-version"] == "2026-10-21"
    assert seen[0].headers["user-agent"].startswith("Quartermaster/")
    assert (seen[0].headers.get("x-api-key"), seen[0].headers.get("authorization")) == (KEY, None)
    assert (seen[1].headers.get("x-api-key"), seen[1].headers["authorization"]) == (None, "Bearer sk-ant-oat01-token")


async def test_an_answers_bytes_are_gone_once_it_is_read() -> None:
    """A response of httpx is in a circle: only the garbage collector ends it, and months of reports pass before that."""
    body = json.dumps({**ORGANIZATION, "name": "Read once"}).encode()
    asking = client(lambda _request: httpx.Response(200, stream=_Piece(body)))
    gc.disable()
    try:
        await asking.me()
        kept = [one for one in gc.get_objects() if isinstance(one, httpx.Response) and one.__dict__.get("_content") == body]
    finally:
        gc.enable()
    assert kept == []


@pytest.mark.parametrize(
    ("advice", "status", "calls"), [("false", 500, 1), ("true", 400, 3), (None, 400, 1), (None, 503, 3)]
)
async def test_x_should_retry_overrides_what_the_status_says(advice: str | None, status: int, calls: int) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        return refusal(status, **({"x-should-retry": advice} if advice else {}))

    with pytest.raises(UpstreamError):
        await client(answer).me()
    assert len(seen) == calls


@pytest.mark.parametrize("content", [b"", b"<html>proxy</html>", b"[]", b"{}", b'{"id": 3}', b"null", b'"text"', b"\xff"])
async def test_an_answer_of_another_shape_is_down_and_its_content_is_not_repeated(content: bytes) -> None:
    with pytest.raises(UpstreamDown) as caught:
        await client(lambda _: httpx.Response(200, content=content)).me()
    assert "proxy" not in str(caught.value)


async def test_a_created_key_whose_answer_can_not_be_read_may_exist_and_its_secret_is_in_no_trace() -> None:
    secret = "sk-ant-api03-fresh-secret-of-the-tests"
    body = {"id": "apikey_1", "name": ["not a name"], "secret": secret}
    admin = client(lambda _: httpx.Response(200, json=body))
    with pytest.raises(UpstreamDown) as caught:
        await admin.create_api_key("wrkspc_1", "ingest")
    assert caught.value.may_have_happened
    assert secret not in "".join(traceback.format_exception(caught.value)) + repr(caught.value)


async def test_no_failure_carries_the_key_in_its_chain() -> None:
    failures: list[Callable[[httpx.Request], httpx.Response]] = [
        lambda request: (_ for _ in ()).throw(httpx.ConnectError("no", request=request)),
        lambda request: (_ for _ in ()).throw(httpx.ReadTimeout("slow", request=request)),
        lambda request: (_ for _ in ()).throw(httpx.RemoteProtocolError("cut", request=request)),
        lambda request: refusal(400, message=f"bad key {request.headers['x-api-key']}"),
        lambda request: httpx.Response(500, text=request.headers["x-api-key"]),
    ]
    for failure in failures:
        with pytest.raises(UpstreamError) as caught:
            await client(failure).change_role("user_1", "developer")
        link: BaseException | None = caught.value
        while link is not None:
            assert KEY not in repr(link) + str(link) + repr(vars(link))
            assert not isinstance(link, httpx.HTTPError), "an httpx error holds its request, and so the key"
            link = link.__cause__ or link.__context__


@pytest.mark.parametrize(
    ("answer", "doubt"), [(httpx.ConnectTimeout, False), (httpx.PoolTimeout, False), (httpx.ReadTimeout, True)]
)
async def test_only_what_was_sent_may_have_happened(answer: type[httpx.TimeoutException], doubt: bool) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise answer("late", request=request)

    with pytest.raises(UpstreamDown) as caught:
        await client(fail).create_api_key("wrkspc_1", "ingest")
    assert caught.value.may_have_happened is doubt


async def test_codes_decide_before_the_status_and_have_words_of_their_own() -> None:
    with pytest.raises(PreviewUnavailable) as caught:
        await client(lambda _: refusal(403, "spend_limits_admin_api_writes_not_enabled")).delete_spend_limit("spl_1")
    assert caught.value.error_code == "spend_limits_admin_api_writes_not_enabled"
    with pytest.raises(UpstreamRefused, match="verified"):
        await client(lambda _: refusal(400, "cannot_invite_emails_with_unverified_domains")).invite("a@b.test", "user")


async def test_a_redirect_is_not_followed_with_the_key() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.host)
        return httpx.Response(302, headers={"location": "https://elsewhere.test/"})

    with pytest.raises(UpstreamDown):
        await client(answer).me()
    assert set(seen) == {"gateway.test"}


def test_retry_after_is_read_in_all_its_forms() -> None:
    date = {"date": "Mon, 23 Nov 2026 09:00:00 GMT"}
    assert retry_after({"retry-after-ms": "1500", "retry-after": "9"}) == 1.5
    assert retry_after({"retry-after": "7"}) == 7.0
    assert retry_after({"retry-after": "Mon, 23 Nov 2026 09:00:30 GMT", **date}) == 30.0
    assert retry_after({"retry-after": "soon"}) is None
    assert retry_after({}) is None


def test_rate_limit_headers_are_read_where_they_are_complete() -> None:
    reset = (datetime.now(UTC) + timedelta(seconds=30)).isoformat()
    prefix = "anthropic-ratelimit-requests-"
    state = rate_limit_state({f"{prefix}limit": "100", f"{prefix}remaining": "4", f"{prefix}reset": reset})
    assert state is not None
    assert state[:2] == (100, 4)
    assert 28 < state[2] <= 30
    assert rate_limit_state({f"{prefix}limit": "100"}) is None
    assert rate_limit_state({f"{prefix}limit": "x", f"{prefix}remaining": "4", f"{prefix}reset": reset}) is None


def test_a_call_that_writes_is_any_but_a_read() -> None:
    assert [ApiCall(method, "/x").writes for method in ("GET", "POST", "DELETE")] == [False, True, True]


class Drip(httpx.AsyncByteStream):
    """An answer that comes byte by byte and never ends."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.02)


async def test_an_answer_that_never_ends_is_given_up_after_the_time_of_the_call() -> None:
    wire = httpx.MockTransport(lambda _request: httpx.Response(200, stream=Drip()))
    transport = Transport(SecretStr(KEY), "https://gateway.test/claude", wire=wire)
    with pytest.raises(UpstreamDown) as caught:
        async with asyncio.timeout(10):
            await transport.send(ApiCall("POST", "/workspaces", body={"name": "x"}, once=True, timeout=0.1), QUICK)
    assert caught.value.may_have_happened


async def test_half_a_character_is_refused_before_anything_is_sent() -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.url.path)
        return httpx.Response(200, json={"data": [], "has_more": False, "first_id": None, "last_id": None})

    with pytest.raises(UpstreamRefused) as caught:
        await client(answer).create_api_key("wrkspc_1", "half \ud83d")
    assert not caught.value.may_have_happened
    assert seen == []


async def test_what_a_first_attempt_may_have_done_is_not_forgotten_when_a_later_one_was_turned_away() -> None:
    answers = [httpx.Response(500), refusal(429, **{"retry-after": "60"})]
    with pytest.raises(UpstreamBusy) as caught:
        await client(lambda _request: answers.pop(0)).update_api_key("apikey_1", status="inactive")
    assert answers == []
    assert caught.value.may_have_happened


async def test_invites_keep_to_their_own_limit_of_an_hour_and_hold_up_nothing_else() -> None:
    sent: list[str] = []
    invite = {"id": "invite_1", "role": "user", "status": "pending", "invited_at": NOW, "expires_at": NOW}

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.url.path)
        return httpx.Response(200, json=ORGANIZATION if request.method == "GET" else invite | {"email": "x@acme.test"})

    wire = httpx.MockTransport(answer)
    transport = Transport(SecretStr(KEY), wire=wire)
    admin = AdminClient(transport, Manner(budget_wait=0.05, attempts=1))
    await admin.invite("x@acme.test", "user")
    for _ in range(INVITES_PER_HOUR - 1):
        await transport.invite_budget.take(interactive=True)
    with pytest.raises(OwnQueueFull):
        await admin.invite("x@acme.test", "user")
    await admin.me()
    assert len(sent) == 2


@pytest.mark.parametrize(("method", "ended"), [("GET", "answered"), ("POST", "cancelled")])
async def test_a_question_that_nobody_waits_for_goes_on_and_keeps_its_place_in_the_pool(
    method: Literal["GET", "POST"], ended: str
) -> None:
    asked, go_on, over, ends = asyncio.Event(), asyncio.Event(), asyncio.Event(), list[str]()

    class Held(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            asked.set()
            try:
                await go_on.wait()
            except asyncio.CancelledError:
                ends.append("cancelled")
                raise
            finally:
                over.set()
            ends.append("answered")
            return httpx.Response(200, json=ORGANIZATION)

    transport = Transport(SecretStr(KEY), "https://gateway.test", wire=Held())
    waiting = asyncio.create_task(transport.send(ApiCall(method, "/v1/organizations/me"), QUICK))
    await asked.wait()
    waiting.cancel()
    await asyncio.wait([waiting])
    go_on.set()
    await over.wait()
    await transport.aclose()
    assert (waiting.cancelled(), ends) == (True, [ended])
