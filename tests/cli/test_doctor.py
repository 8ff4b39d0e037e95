"""The doctor, on a real sandbox: what is well, what is missing, and never a token in it."""

from pathlib import Path
from typing import Any

import pytest

from bot.cli.doctor import Diagnosis, closing, examine
from bot.commands.manifest import render_manifest
from bot.sandbox.faults import Fault
from bot.sandbox.run import SandboxOptions, running_sandbox
from bot.sandbox.slack.state import Group
from bot.settings.model import load_settings
from tests.day import DAY
from tests.forks import fork

ROOT = Path(__file__).parents[2]
POLICY = {"POLICY_FILE": str(ROOT / "bot" / "sandbox" / "policy.toml")}


async def test_the_doctor_finds_the_sandbox_well() -> None:
    async with running_sandbox(SandboxOptions(start=DAY)) as sandbox:
        found = await examine(load_settings(sandbox.settings() | POLICY), sandbox.clock.now())
    assert all(diagnosis.good for diagnosis in found), [str(diagnosis) for diagnosis in found]
    assert [diagnosis.sentence.split(" ")[0] for diagnosis in found] == [
        "Slack:", "Socket", "Cards", "Claude:", "Cost", "The", "Spend", "Activity", "Keys",
    ]  # fmt: skip
    assert [diagnosis.is_off for diagnosis in found] == [False] * 6 + [True] * 3


@pytest.mark.parametrize("wanted", ["T0OTHER", "E0OTHER"])
async def test_the_doctor_names_missing_scopes_and_a_wrong_team(wanted: str) -> None:
    manifest = render_manifest()
    manifest["oauth_config"]["scopes"]["bot"].remove("usergroups:read")
    async with running_sandbox(SandboxOptions(start=DAY, manifest=manifest)) as sandbox:
        settings = load_settings(sandbox.settings() | {"TEAM_ID": wanted})
        found = await examine(settings, sandbox.clock.now())
    bad = [diagnosis.sentence for diagnosis in found if not diagnosis.good]
    assert bad[0].startswith(f"TEAM_ID is {wanted}")
    assert bad[1].startswith("Scopes that the app lacks: usergroups:read.")


async def test_the_doctor_says_in_words_what_refuses_and_shows_no_token() -> None:
    async with running_sandbox(SandboxOptions(start=DAY)) as sandbox:
        wrong = {"SLACK_BOT_TOKEN": "xoxb-hunter2", "ANTHROPIC_ADMIN_KEY": "sk-ant-admin01-hunter2", "POLICY_FILE": "none"}
        found = await examine(load_settings(sandbox.settings() | wrong), sandbox.clock.now())
    assert not any(diagnosis.good for diagnosis in found)
    text = " ".join(str(diagnosis) for diagnosis in found)
    assert "Slack doesn't accept SLACK_BOT_TOKEN (invalid_auth)" in text
    assert "I couldn't find out whose key ANTHROPIC_ADMIN_KEY is" in text
    assert "hunter2" not in text


async def test_what_the_doctor_prints_are_its_sentences_alone(tmp_path: Path) -> None:
    async with running_sandbox(SandboxOptions(start=DAY)) as sandbox:
        sandbox.faults.add(Fault("claude", "GET /v1/organizations/me", "500"))
        env = {"PYTHONPATH": str(ROOT), **sandbox.settings(), **POLICY}
        process = await fork(("-m", "bot", "doctor"), env, tmp_path)
        printed = await process.stdout.read()
        assert await process.wait() == 0
    assert sandbox.faults.planned == []
    *lines, last = printed.decode().splitlines()
    assert all(line.startswith(("ok ", "MISSING ", "off ")) for line in lines), printed.decode()
    assert last.startswith("Nothing is missing. What is off isn't offered here")


def test_the_doctor_says_last_what_all_of_it_comes_to() -> None:
    good, bad, off = Diagnosis(True, "a"), Diagnosis(False, "b"), Diagnosis(True, "c", is_off=True)
    assert closing([good]) == "Nothing is missing."
    assert closing([good, off]) == "Nothing is missing. What is off isn't offered here; the bot works without it."
    assert closing([good, bad, off]) == "1 thing is missing. Fix it, then run this again."
    assert closing([bad, bad]) == "2 things are missing. Fix them, then run this again."


async def test_the_doctor_says_when_nobody_answers() -> None:
    async with running_sandbox(SandboxOptions(start=DAY)) as sandbox:
        sandbox.faults.add(Fault("slack", "apps.connections.open", "500"))
        settings = load_settings(sandbox.settings())
        found = await examine(settings, sandbox.clock.now())
        assert any(not diagnosis.good and "SLACK_APP_TOKEN" in diagnosis.sentence for diagnosis in found)
    found = await examine(settings, DAY)
    assert "No usable answer came from SLACK_API_URL" in found[0].sentence
    assert not found[0].good


async def test_the_doctor_says_when_nobody_may_approve_or_no_card_would_be_seen(tmp_path: Path) -> None:
    async with running_sandbox(SandboxOptions(start=DAY)) as sandbox:
        sandbox.slack.channels["C0APPROVALS"].members.remove("U0QMBOT")
        found = await examine(load_settings(sandbox.settings() | POLICY), sandbox.clock.now())
        assert "Cards can't be posted to C0APPROVALS: the bot isn't in it; invite it." in [one.sentence for one in found]
        nobody = load_settings(sandbox.settings() | {"POLICY_FILE": str(tmp_path / "none.toml")})
        found = await examine(nobody, sandbox.clock.now())
    assert [one.good for one in found if "nobody can approve" in one.sentence] == [False]


@pytest.mark.parametrize(("trusts", "is_named"), [("false", True), ("true", False)])
async def test_the_doctor_names_what_slack_leaves_out_of_a_channel(trusts: str, is_named: bool) -> None:
    async with running_sandbox(SandboxOptions(start=DAY)) as sandbox:
        channel: Any = sandbox.slack.channels["C0APPROVALS"]
        channel.is_ext_shared = None
        settings = load_settings(sandbox.settings() | POLICY | {"TRUST_MISSING_FLAGS": trusts})
        found = await examine(settings, sandbox.clock.now())
    left_out = "Slack leaves out is_ext_shared of it; where that is usual, set TRUST_MISSING_FLAGS=true."
    assert (f"Cards can't be posted to C0APPROVALS: {left_out}" in [one.sentence for one in found]) is is_named


async def test_the_doctor_names_a_quorum_that_a_group_is_too_small_for(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text(
        'version = 1\n[groups]\nadmins = ["usergroup:S0ADMINS"]\nall = ["usergroup:S0ADMINS", "org-admins"]\n'
        '[defaults]\napprovers = ["all"]\nquorum = 3\nchannel = "C0APPROVALS"\n'
        '[kinds.rename_key]\napprovers = ["admins"]\n[workspaces.Staging.kinds.revoke_key]\napprovers = ["admins"]\n'
    )
    async with running_sandbox(SandboxOptions(start=DAY)) as sandbox:
        found = await examine(load_settings(sandbox.settings() | {"POLICY_FILE": str(policy)}), sandbox.clock.now())
    assert [diagnosis.sentence for diagnosis in found if not diagnosis.good] == [
        "policy: revoke_key in Staging, rename_key and rename_key in Staging need 3 approvals, but only 2 people could give"
        " them."
    ]


async def test_the_doctor_names_what_the_policy_names_and_is_not_there(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    people = '["user:U0BOB", "user:U0NOBODY", "usergroup:S0ADMINS", "usergroup:S0NONE", "usergroup:S0LEFT"]'
    rules = (
        'approvers = ["admins"]\nchannel = "C0APPROVALS"\n[workspaces.staging]\nquorum = 1\n[workspaces.Gone]\nquorum = 1\n'
    )
    policy.write_text(f"version = 1\n[groups]\nadmins = {people}\n[defaults]\n{rules}")
    async with running_sandbox(SandboxOptions(start=DAY)) as sandbox:
        sandbox.slack.users["U0BOB"].deleted = True
        sandbox.slack.groups["S0LEFT"] = Group("S0LEFT", "left", "Left", ["U0BOB", "U0FRANK"])
        found = await examine(load_settings(sandbox.settings() | {"POLICY_FILE": str(policy)}), sandbox.clock.now())
    assert [diagnosis.sentence for diagnosis in found if not diagnosis.good] == [
        "policy: workspace Gone: no workspace has this name or id, so its rules apply nowhere.",
        "policy: user group S0LEFT: none of its members has an active Slack account, so nobody approves through it.",
        "policy: user group S0NONE: it has no members, or Slack doesn't know it, so nobody approves through it.",
        "policy: person U0BOB: their Slack account is deactivated, so they approve nothing.",
        "policy: person U0NOBODY: Slack doesn't know them, so they approve nothing.",
    ]
