"""Web pages of others: a name rebound to loopback, a cross-site form, an image. None of them may act or read here."""

import httpx
import pytest

from bot.sandbox.run import Sandbox, SandboxOptions, running_sandbox
from bot.sandbox.slack.workspace import BOT_TOKEN
from tests.day import DAY
from tests.sandbox.conftest import small_manifest

FOREIGN = [
    {"Host": "evil.example:8765"},
    {"Host": "127.0.0.1.evil.example"},
    {"Host": "[::1"},
    {"Host": ""},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1:1"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},
]


def doors(sandbox: Sandbox) -> list[tuple[str, str]]:
    return [
        ("GET", f"{sandbox.control_url}/state"),
        ("POST", f"{sandbox.control_url}/clock"),
        ("GET", f"{sandbox.slack_url}/api/chat.postMessage?token={BOT_TOKEN}&channel=C0ENG&text=hi"),
        ("GET", f"{sandbox.claude_url}/console/api/state"),
        ("POST", f"{sandbox.claude_url}/v1/organizations/api_keys"),
    ]


@pytest.mark.parametrize("headers", FOREIGN)
async def test_a_foreign_page_gets_nowhere(headers: dict[str, str]) -> None:
    async with running_sandbox(SandboxOptions(start=DAY, manifest=small_manifest())) as sandbox, httpx.AsyncClient() as http:
        answers = [await http.request(method, url, headers=headers) for method, url in doors(sandbox)]
        posted = sandbox.slack.messages
    assert [answer.status_code for answer in answers] == [403] * len(answers)
    assert {answer.json()["error"] for answer in answers} == {"foreign_page"}
    assert posted == []


async def test_the_own_page_under_either_name_and_programs_pass() -> None:
    async with running_sandbox(SandboxOptions(start=DAY, manifest=small_manifest())) as sandbox, httpx.AsyncClient() as http:
        named = sandbox.slack_url.replace("127.0.0.1", "localhost").removeprefix("http://")
        for headers in (
            {},
            {"Origin": sandbox.slack_url, "Sec-Fetch-Site": "same-origin"},
            {"Host": named, "Origin": f"http://{named}"},
        ):
            answer = await http.post(f"{sandbox.control_url}/clock", json={"advance": 1}, headers=headers)
            assert answer.json()["ok"] is True


async def test_a_link_on_another_site_leads_to_the_page_and_the_console() -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    async with running_sandbox(SandboxOptions(start=DAY, manifest=small_manifest())) as sandbox, httpx.AsyncClient() as http:
        for address in (sandbox.slack_url, f"{sandbox.claude_url}/console"):
            assert (await http.get(address, headers=headers)).status_code == 200
