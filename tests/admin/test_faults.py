"""What the client does when the organization fails: retries what may be retried, and never creates twice."""

import asyncio
import json
import time
from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.admin.call import ApiCall, Manner
from bot.admin.client import AdminClient
from bot.admin.errors import ON_HOLD, error_from_answer
from bot.admin.http import Transport
from bot.approvals.next_step import FINAL
from bot.errors import UpstreamAuth, UpstreamBusy, UpstreamDown, UpstreamError, UpstreamMissing, UpstreamRefused
from bot.sandbox.claude.organization import ADMIN_KEY
from tests.admin.conftest import Claude

CONFLICT = b'{"type": "error", "error": {"type": "conflict_error", "message": "?", "details": %s}}'


@pytest.mark.parametrize("kind", ["429", "500", "529", "drop_before", "drop_after"])
async def test_a_read_is_repeated_until_it_succeeds(admin: AdminClient, claude: Claude, kind: str) -> None:
    claude.fail("GET /me", kind, times=2)
    assert (await admin.me()).id == claude.organization.id
    assert len(claude.calls()) == 3


@pytest.mark.parametrize(("kind", "error"), [("429", UpstreamBusy), ("529", UpstreamBusy), ("500", UpstreamDown)])
async def test_a_read_gives_up_after_three_tries(
    admin: AdminClient, claude: Claude, kind: str, error: type[UpstreamError]
) -> None:
    claude.fail("GET /me", kind, times=9)
    with pytest.raises(error) as caught:
        await admin.me()
    assert len(claude.calls()) == 3
    assert not caught.value.may_have_happened


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (404, b"<html>No such page</html>", UpstreamDown),
        (403, b"<html>Blocked by your company</html>", UpstreamDown),
        (400, b'{"message": "no route"}', UpstreamDown),
        (404, b'{"error": {"type": "invalid_request_error", "message": "Unknown path", "code": 404}}', UpstreamDown),
        (404, b'{"type": "error", "error": {"type": "not_found_error", "message": "?"}}', UpstreamMissing),
        (403, b'{"type": "error", "error": {"type": "permission_error", "message": "?"}}', UpstreamAuth),
        (429, b"", UpstreamBusy),
        (409, CONFLICT % b'{"error_code": "concurrent_membership_change"}', UpstreamBusy),
        (409, CONFLICT % b'{"error_code": "external_key_changed"}', UpstreamRefused),
        (409, CONFLICT % b"null", UpstreamRefused),
        (502, b"[" * 200_000, UpstreamDown),
    ],
)
def test_only_the_api_itself_says_that_something_is_missing_or_not_allowed(
    status: int, body: bytes, kind: type[UpstreamError]
) -> None:
    error = error_from_answer(ApiCall("DELETE", "/users/user_1"), status, {}, body)
    assert type(error) is kind
    assert error.may_have_happened is (kind is UpstreamDown), "what a proxy answered may have come through before"


def test_an_organization_on_hold_is_a_trouble_that_passes() -> None:
    details = (
        b'{"type": "error", "error": {"type": "invalid_request_error", "details": {"error_code": "%s"}}}' % ON_HOLD.encode()
    )
    error = error_from_answer(ApiCall("POST", "/api_keys/apikey_1"), 400, {}, details)
    assert isinstance(error, UpstreamDown)
    assert not isinstance(error, FINAL), "at its end a grant isn't left as it is for that"
    assert (error.may_have_happened, error.sentence.startswith("The organization is on hold.")) == (False, True)


@pytest.mark.parametrize(
    "secret", ["sk-ant-" + "api03-abcdefgh12345678", "AKIA" + "IOSFODNN7EXAMPLE", "http://svc:" + "hunter22@"]
)
def test_a_refusal_is_passed_on_without_what_looks_like_a_secret(secret: str) -> None:
    said = {"type": "invalid_request_error", "message": f"Not for {secret} here."}
    body = json.dumps({"type": "error", "error": said}).encode()
    error = error_from_answer(ApiCall("POST", "/api_keys"), 400, {}, body)
    assert "Not for" in error.sentence
    assert secret not in error.sentence


async def test_retry_after_is_waited_for(admin: AdminClient, claude: Claude) -> None:
    claude.fail("GET /me", "429", seconds=0.3)
    started = time.monotonic()
    await admin.me()
    assert time.monotonic() - started >= 0.3


async def test_a_retry_after_above_the_cap_is_handed_to_the_caller(admin: AdminClient, claude: Claude) -> None:
    claude.fail("GET /me", "429", seconds=900)
    with pytest.raises(UpstreamBusy) as caught:
        await admin.me()
    assert caught.value.retry_after == 900
    assert len(claude.calls()) == 1


async def test_nobody_at_the_address_is_down_and_nothing_happened() -> None:
    admin = AdminClient(Transport(SecretStr(ADMIN_KEY), "http://127.0.0.1:9"), Manner(first_wait=0.01))
    with pytest.raises(UpstreamDown) as caught:
        await admin.create_api_key("wrkspc_1", "ingest")
    assert not caught.value.may_have_happened
    await admin.aclose()


@pytest.mark.parametrize("kind", ["drop_after", "500", "529", "drop_before"])
async def test_a_key_is_never_created_twice_and_the_doubt_is_said(admin: AdminClient, claude: Claude, kind: str) -> None:
    workspace = claude.organization.default_workspace().id
    claude.fail("POST /api_keys", kind)
    before = len(claude.organization.keys)
    with pytest.raises(UpstreamError) as caught:
        await admin.create_api_key(workspace, "ingest")
    assert caught.value.may_have_happened
    assert len(claude.organization.keys) - before == (1 if kind == "drop_after" else 0)
    assert len(claude.calls()) == 1


async def test_a_key_that_was_turned_away_is_asked_for_again(admin: AdminClient, claude: Claude) -> None:
    claude.fail("POST /api_keys", "429", times=2)
    before = len(claude.organization.keys)
    await admin.create_api_key(claude.organization.default_workspace().id, "ingest")
    assert len(claude.organization.keys) == before + 1


@pytest.mark.parametrize("kind", ["drop_after", "429"])
async def test_a_workspace_is_created_once_although_one_of_that_name_exists(
    admin: AdminClient, claude: Claude, kind: str
) -> None:
    older = await admin.create_workspace("Search")
    claude.fail("POST /workspaces", kind)
    created = await admin.create_workspace("Search")
    named = {w.id for w in claude.organization.workspaces.values() if w.name == "Search"}
    assert named == {older.id, created.id}


@pytest.mark.parametrize("kind", ["drop_before", "500", "529"])
async def test_a_workspace_that_may_still_be_created_is_not_asked_for_again(
    admin: AdminClient, claude: Claude, kind: str
) -> None:
    claude.fail("POST /workspaces", kind)
    creating = asyncio.ensure_future(admin.create_workspace("Search", {"made": "by-me"}))
    while not any(call.startswith("POST") for call in claude.calls()):
        await asyncio.sleep(0)
    older = claude.organization.workspace_named("Sandbox")
    theirs = replace(older, id="wrkspc_theirs", name="Search", tags={"made": "by-somebody"})
    claude.organization.workspaces[theirs.id] = theirs
    with pytest.raises(UpstreamError) as caught:
        await creating
    assert caught.value.may_have_happened
    assert [call.split()[0] for call in claude.calls()].count("POST") == 1


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "500"])
async def test_an_invite_is_sent_once(admin: AdminClient, claude: Claude, kind: str) -> None:
    claude.fail("POST /invites", kind)
    invite = await admin.invite("new@acme.test", "developer")
    assert [found.id async for found in admin.invites("new@acme.test")] == [invite.id]


@pytest.mark.parametrize("kind", ["drop_after", "drop_before"])
async def test_a_member_is_removed_and_added_although_the_answer_was_lost(
    admin: AdminClient, claude: Claude, kind: str
) -> None:
    [alice] = [member async for member in admin.users("alice@acme.test")]
    workspace = await admin.create_workspace("Search")
    claude.fail("POST /workspaces/*/members", kind)
    await admin.add_workspace_member(workspace.id, alice.id, "workspace_developer")
    claude.fail("POST /workspaces/*/archive", kind)
    assert (await admin.archive_workspace(workspace.id)).archived_at is not None
    claude.fail("DELETE /users/*", kind)
    await admin.remove_user(alice.id)
    assert alice.id not in claude.organization.users


async def test_a_doubt_outlives_a_look_up_that_fails_too(admin: AdminClient, claude: Claude) -> None:
    claude.fail("POST /invites", "drop_after", times=1)
    claude.fail("GET /invites", "500", times=99)
    with pytest.raises(UpstreamError) as caught:
        await admin.invite("new@acme.test", "developer")
    assert caught.value.may_have_happened


async def test_an_idempotent_change_is_repeated(admin: AdminClient, claude: Claude) -> None:
    [alice] = [member async for member in admin.users("alice@acme.test")]
    claude.fail("POST /users/*", "drop_after", times=2)
    assert (await admin.change_role(alice.id, "user")).role == "user"


async def test_a_wrong_key_is_told_and_appears_in_no_error(claude: Claude) -> None:
    secret = "sk-ant-admin01-not-the-right-one-0123456789"
    admin = AdminClient(Transport(SecretStr(secret), claude.url), Manner(first_wait=0.01))
    with pytest.raises(UpstreamAuth) as caught:
        await admin.me()
    assert caught.value.status == 401
    assert secret not in str(caught.value) + repr(caught.value) + repr(vars(caught.value))
    await admin.aclose()


async def test_the_client_slows_down_before_the_organization_refuses(admin: AdminClient, claude: Claude) -> None:
    claude.organization.flags.rate_limit_per_minute = 3
    for _ in range(3):
        await admin.me()
    with pytest.raises(UpstreamBusy):
        await admin.me()
    assert not [call for call in claude.calls() if call.endswith("429")]
