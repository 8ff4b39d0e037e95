"""What reaches the log: one JSON object a line, with a reference, without secrets."""

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from bot.log import HIDDEN, bind_correlation, configure_logging, new_reference, redact_text
from bot.words.credentials import KNOWN
from tests.words.test_credentials import SECRETS as TYPED

ADMIN_KEY = "sk-ant-admin01-AbCdEf0123456789_-xyz"
SECRETS = [
    ADMIN_KEY,
    "sk-ant-api03-abcdefghijk",
    "xoxb-123-456-abcDEF",
    "xoxe.xoxb-1-MQ-abc",
    "xoxe-1-abcdef",
    "xapp-1-A0-1-abcdef0123",
    "wss://wss-primary.slack.com/link/?ticket=1234-5678&app_id=x",
    "https://hooks.slack.com/commands/T1/2/abc",
    "http://127.0.0.1:8765/_response/abc123",
    "Bearer abcdefghijklmnop",
    "13345224609.738474920.8088930838d88f008e0dee0f3a2d2c5f",
    "gAAAAABn" + "A" * 92,
]


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level, before = root.handlers[:], root.level, structlog.get_config()
    written = io.StringIO()
    configure_logging("INFO", written)
    yield written
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)
    structlog.contextvars.clear_contextvars()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("secret", SECRETS)
def test_whatever_looks_like_a_secret_is_hidden_inside_any_text(secret: str, stream: io.StringIO) -> None:
    structlog.get_logger().info(f"before {secret} after", payload={"list": [{"note": f"x={secret}"}]})
    assert secret not in stream.getvalue()
    line = lines(stream)[0]
    assert line["event"] == f"before {HIDDEN} after"
    assert line["payload"]["list"][0]["note"].startswith("x=")


@pytest.mark.parametrize(
    "key",
    ["authorization", "X-Api-Key", "slack_bot_token", "trigger_id", "response_url", "encryption_keys", "client_secret"],
)
def test_values_under_telltale_keys_are_hidden_whatever_they_are(key: str, stream: io.StringIO) -> None:
    structlog.get_logger().info("call", headers={key: ["plain", "words"]}, **{key: "plain words"})
    line = lines(stream)[0]
    assert line[key] == HIDDEN
    assert line["headers"][key] == HIDDEN
    assert "plain" not in stream.getvalue()


def test_figures_and_ids_stay_readable(stream: io.StringIO) -> None:
    structlog.get_logger().info(
        "synced", input_tokens=1200, api_key_id="apikey_01", channel="C0COSTS", ts="1700000000.000100"
    )
    line = lines(stream)[0]
    assert (line["input_tokens"], line["api_key_id"], line["channel"]) == (1200, "apikey_01", "C0COSTS")
    assert line["ts"] == "1700000000.000100"


def test_passwords_in_addresses_are_hidden_and_the_host_is_not() -> None:
    assert redact_text("postgresql+asyncpg://qm:hunter2@db:5432/x") == f"postgresql+asyncpg://{HIDDEN}@db:5432/x"


def test_libraries_log_through_the_same_processors(stream: io.StringIO) -> None:
    logging.getLogger("some.library").warning("sent %s", ADMIN_KEY, extra={"token": "abc"})
    line = lines(stream)[0]
    assert line["event"] == f"sent {HIDDEN}"
    assert (line["level"], line["logger"], line["token"]) == ("warning", "some.library", HIDDEN)


def test_a_job_that_still_runs_when_it_is_due_is_no_warning_without_a_name(stream: io.StringIO) -> None:
    scheduler = logging.getLogger("apscheduler.scheduler")
    scheduler.warning("skipped: maximum number of running instances reached")
    scheduler.error("broken")
    assert [line["event"] for line in lines(stream)] == ["broken"]


def test_an_exception_is_logged_without_its_secret_and_without_local_variables(stream: io.StringIO) -> None:
    def fail() -> None:
        local_value = "only-in-a-local-variable"
        raise RuntimeError(f"refused {ADMIN_KEY} {len(local_value)}")

    try:
        fail()
    except RuntimeError:
        structlog.get_logger().exception("failed")
        logging.getLogger("some.library").exception("failed too")
    assert ADMIN_KEY not in stream.getvalue()
    assert "only-in-a-local-variable" not in stream.getvalue()
    for line in lines(stream):
        assert line["exception"][0]["exc_type"] == "RuntimeError"
        assert line["exception"][0]["frames"][-1]["name"] == "fail"


def test_a_reference_is_bound_to_its_own_task_only(stream: io.StringIO) -> None:
    async def work(name: str) -> str:
        reference = bind_correlation(user="U1")
        await asyncio.sleep(0)
        structlog.get_logger().info(name)
        return reference

    async def both() -> tuple[str, str]:
        return await asyncio.gather(asyncio.create_task(work("a")), asyncio.create_task(work("b")))

    references = asyncio.run(both())
    assert {line["event"]: line["ref"] for line in lines(stream)} == dict(zip("ab", references, strict=True))
    assert all(len(reference) == 4 for reference in references)


def test_a_reference_is_four_characters_that_nobody_misreads() -> None:
    for _ in range(200):
        assert not set(new_reference()) & set("01IO")


def test_endless_nesting_and_failing_reprs_do_not_break_the_log(stream: io.StringIO) -> None:
    class Broken:
        def __str__(self) -> str:
            raise ValueError

    loop: dict[str, Any] = {}
    loop["again"] = loop
    structlog.get_logger().info("odd", loop=loop, broken=Broken(), raw=b"abc", long="x" * 10_000)
    line = lines(stream)[0]
    assert "[too deep]" in json.dumps(line["loop"])
    assert (line["broken"], line["raw"]) == ("<Broken>", "<3 bytes>")
    assert len(line["long"]) < 5_000


def test_every_record_is_one_line_with_an_aware_time(stream: io.StringIO) -> None:
    structlog.get_logger().info("two\nlines")
    assert stream.getvalue().count("\n") == 1
    assert lines(stream)[0]["timestamp"].endswith("Z")


@pytest.mark.parametrize("text", [text for text in TYPED if KNOWN.search(text)])
def test_what_is_refused_where_people_type_is_hidden_in_logs(text: str) -> None:
    hidden = redact_text(text)
    assert HIDDEN in hidden
    assert not KNOWN.search(hidden)
