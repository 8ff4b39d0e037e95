"""No secret anywhere: not in a log, a message, a row, an exception or the wire log, whether things go well or not."""

import json
import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.run import Sandbox
from bot.sandbox.slack.http_delivery import signed_headers
from bot.settings.model import SettingsError, load_settings
from tests.security.doors import Logs, any_world_of, captured_logs, settled
from tests.sizes import few
from tests.templates import copy_sqlite
from tests.world import ALICE, APPROVALS, BOB, World

KEY = re.compile(r"sk-ant-api03-[\w-]{20,}")


async def _reveal(world: World, name: str) -> str:
    """Ask for a key, approve it, look at it once, and return its secret."""
    card = await world.ask_for_key(ALICE, name)
    assert (await world.click_on(BOB, card, "request_approve"))["ok"]
    notice = await world.message(ALICE, "Only you can see its secret")
    assert (await world.click_on(ALICE, notice, "request_reveal"))["ok"]
    shown = await world.modal(ALICE, "sk-ant-api03-")
    await settled(world)
    found = KEY.search(json.dumps(shown))
    assert found
    return found.group()


def _known(sandbox: Sandbox) -> dict[str, str]:
    names = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "ANTHROPIC_ADMIN_KEY")
    return {name: value for name, value in sandbox.settings().items() if name in names}


def _assert_logs_are_clean(logs: Logs, secrets: dict[str, str]) -> None:
    for name, secret in secrets.items():
        assert secret not in logs.text, name
    assert "/_response/" not in logs.text
    assert "/_socket/" not in logs.text
    assert not re.search(r"\b\d{9,}\.\d{9,}\.[0-9a-f]{32}\b", logs.text)
    assert not KEY.search(logs.text)


@pytest.mark.parametrize("transport", few(["socket", "http"]))
async def test_a_secret_is_in_one_modal_and_nowhere_else(tmp_path: Path, transport: str) -> None:
    copy_sqlite(tmp_path / "quartermaster.db")  # also in `make proof`: it is about what lies in files
    with captured_logs("DEBUG", everything=True) as logs:
        async with any_world_of(tmp_path, transport) as world:
            secret, known = await _reveal(world, "well-guarded"), _known(world.sandbox)
            await world.command(ALICE, "/claude-keys")
            await world.command(BOB, "/claude-admin status")
            await settled(world)
            history = await world.get("/history")
            holding = [seen for seen in history if secret in json.dumps(seen)]
            assert [(seen["surface"], seen["user"]) for seen in holding] == [("modal", ALICE)]
            for name, value in known.items():
                assert value not in json.dumps(history), name
            wire = json.dumps(await world.get("/wire"))
            assert secret not in wire
            assert not any(value in wire for value in known.values())
            files = [path.read_bytes() for path in tmp_path.iterdir() if path.is_file()]
            assert len(files) >= 2  # the database and its write-ahead log
            for content in files:
                assert secret.encode() not in content
                assert not any(value.encode() in content for value in known.values())
                assert b"/_response/" not in content
            assert b"gAAAA" not in _live_rows(tmp_path), "the encrypted secret is wiped once it was shown"
        _assert_logs_are_clean(logs, known | {"secret": secret})
        assert len(logs.records) > 50


def _live_rows(folder: Path) -> bytes:
    with sqlite3.connect(folder / "quartermaster.db") as database:
        return "\n".join(database.iterdump()).encode()


async def test_postgresql_keeps_no_secret_in_any_column(tmp_path: Path, postgres_url: str) -> None:
    import asyncpg

    with captured_logs("DEBUG") as logs:
        async with any_world_of(tmp_path, "socket", {"DATABASE_URL": postgres_url}) as world:
            card = await world.ask_for_key(ALICE, "kept-in-postgresql")
            assert (await world.click_on(BOB, card, "request_approve"))["ok"]
            await world.message(ALICE, "Only you can see its secret")
            await settled(world)
            made = set(KEY.findall(await _dump(asyncpg, postgres_url)))
            assert made == set()
            assert "gAAAA" in await _dump(asyncpg, postgres_url)
            secret, known = await _reveal(world, "shown-from-postgresql"), _known(world.sandbox)
            dump = await _dump(asyncpg, postgres_url)
            assert dump.count("gAAAA") == 1  # of the key that nobody looked at yet
            assert secret not in dump
            assert not any(value in dump for value in known.values())
        password = postgres_url.partition("://")[2].partition("@")[0].partition(":")[2]
        _assert_logs_are_clean(logs, known | {"secret": secret} | ({"password": password} if password else {}))


async def _dump(asyncpg: Any, address: str) -> str:
    connection = await asyncpg.connect(address.replace("postgresql+asyncpg://", "postgresql://"))
    try:
        names = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        rows = [await connection.fetch(f'SELECT * FROM "{name["tablename"]}"') for name in names]
        return "\n".join(repr(dict(row)) for table in rows for row in table)
    finally:
        await connection.close()


async def test_failures_of_both_outsides_tell_no_secret(tmp_path: Path) -> None:
    with captured_logs("DEBUG") as logs:
        async with any_world_of(tmp_path, "socket") as world:
            card = await world.ask_for_key(ALICE, "made-but-lost")
            faults: list[dict[str, Any]] = [
                {"target": "claude", "name": "POST /v1/organizations/api_keys", "kind": "drop_after", "times": 1},
                {"target": "slack", "name": "chat.update", "kind": "500", "times": 2},
                {"target": "slack", "name": "users.info", "kind": "429", "times": 1, "seconds": 0},
            ]
            for fault in faults:
                await world.post("/faults", **fault)
            await world.click_on(BOB, card, "request_approve")
            await world.message(ALICE, "made-but-lost")
            for target, name in (("claude", "*"), ("slack", "views.open"), ("slack", "conversations.info")):
                await world.post("/faults", target=target, name=name, kind="500", times=4)
                await world.command(ALICE, "/claude-keys request")
                await world.command(BOB, "/claude-keys list")
                await settled(world)
                await world.http.delete(f"{world.control_url}/faults")
            made = set(KEY.findall(json.dumps(await world.get("/history"))))
            assert made == set()
            known = _known(world.sandbox)
        _assert_logs_are_clean(logs, known)
        assert logs.named("outside_failed")


async def test_a_reveal_that_slack_refuses_tells_no_secret(tmp_path: Path) -> None:
    with captured_logs("DEBUG", everything=True) as logs:
        async with any_world_of(tmp_path, "socket") as world:
            card = await world.ask_for_key(ALICE, "refused-by-slack")
            await world.click_on(BOB, card, "request_approve")
            notice = await world.message(ALICE, "Only you can see its secret")
            await world.post("/faults", target="slack", name="views.update", kind="500", times=3)
            await world.click_on(ALICE, notice, "request_reveal")
            await settled(world)
            for content in (json.dumps(await world.get("/history")), json.dumps(await world.get("/wire"))):
                assert not KEY.search(content)
        _assert_logs_are_clean(logs, {})


async def test_refused_signatures_and_bodies_are_not_logged(tmp_path: Path) -> None:
    import httpx

    from bot.serving import web_of

    with captured_logs("DEBUG") as logs:
        async with any_world_of(tmp_path, "http") as world:
            assert world.bot is not None
            transport = httpx.ASGITransport(web_of(world.bot))
            async with httpx.AsyncClient(transport=transport, base_url="http://bot.test") as http:
                body = b"payload=%7B%22response_url%22%3A%22https%3A%2F%2Fhooks.slack.com%2Factions%2FT1%2F2%2Fabc%22%7D"
                headers = signed_headers(body, "application/x-www-form-urlencoded", secret="guessed-secret")
                assert (await http.post("/slack/events", content=body, headers=headers)).status_code == 401
                assert (await http.post("/slack/events", content=b"payload={", headers=headers)).status_code in (400, 401)
        assert headers["X-Slack-Signature"] not in logs.text
        assert "hooks.slack.com" not in logs.text


def test_neither_settings_nor_their_faults_show_a_secret() -> None:
    env = {
        "SLACK_BOT_TOKEN": "xoxb-very-secret-1", "SLACK_APP_TOKEN": "xapp-very-secret-2", "EMAIL_DOMAINS": "acme.test",
        "SLACK_SIGNING_SECRET": "very-secret-3", "ANTHROPIC_ADMIN_KEY": "sk-ant-very-secret-4",
        "ENCRYPTION_KEYS": "c2FuZGJveC1vbmx5LW5vdC1hLXNlY3JldC1rZXktMDE=",
        "DATABASE_URL": "postgresql://user:very-secret-5@db.test/name",
    }  # fmt: skip
    settings = load_settings(env)
    assert "very-secret" not in repr(settings) + str(settings) + settings.model_dump_json()
    for name in env.keys() - {"EMAIL_DOMAINS"}:
        with pytest.raises(SettingsError) as caught:
            load_settings(env | {name: "very-secret wrong"})
        assert str(caught.value).startswith(f"{name} must be ")
        assert "very-secret" not in str(caught.value)


async def test_errors_of_the_store_and_of_slack_carry_no_secret(tmp_path: Path) -> None:
    async with any_world_of(tmp_path, "socket") as world:
        known = _known(world.sandbox)
        await world.post("/faults", target="slack", name="chat.postMessage", kind="500", times=3)
        for raising in (
            world.rt.notifier.answer(f"{world.sandbox.slack_url}/_response/unknown", _message()),
            world.rt.notifier.open_view("1.2.secret-trigger", {"type": "modal"}),
            world.rt.notifier.send(APPROVALS, _message()),
            world.rt.admin.user("user_nobody"),
        ):
            with pytest.raises(Exception) as caught:  # noqa: PT011 - whichever it is
                await raising
            error: BaseException | None = caught.value
            while error is not None:
                text = repr(error) + str(error)
                assert "_response/" not in text
                assert "secret-trigger" not in text
                assert not any(value in text for value in known.values())
                error = error.__cause__


def _message() -> Any:
    from bot.slack.model import Message

    return Message("x", [])
