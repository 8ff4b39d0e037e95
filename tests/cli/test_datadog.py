"""Datadog's settings, what it would get, and whether it answers."""

import asyncio
import json
from contextlib import nullcontext
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.cli.check import _plain_http
from bot.cli.datadog import begin, examine_datadog, show
from bot.cli.misspelt import misspelt_settings, place_of
from bot.cli.observability import observability
from bot.hygiene.seams import exports_of
from bot.sandbox.datadog.agent import running_agent
from bot.sandbox.datadog.costs import API_KEY, APP_KEY, running_costs
from bot.sandbox.datadog.rules import faults
from bot.settings.model import Settings, SettingsError, load_settings
from bot.spend.exports.datadog import costs
from bot.spend.exports.datadog.costs import api_of, name_of
from bot.store.session import Store
from tests.spend.world import DAY, DOLLAR, FRIDAY, LAB, NOW, OPUS, fill, runtime

_BASE = {
    "SLACK_BOT_TOKEN": "xoxb-1",
    "SLACK_APP_TOKEN": "xapp-1",
    "ANTHROPIC_ADMIN_KEY": "sk-ant-admin-1",
    "ENCRYPTION_KEYS": "c2FuZGJveC1vbmx5LW5vdC1hLXNlY3JldC1rZXktMDE=",
    "EMAIL_DOMAINS": "acme.test",
}
KEYS = {"DATADOG_API_KEY": API_KEY, "DATADOG_APP_KEY": APP_KEY}


def _settings(**more: str) -> Settings:
    return load_settings({**_BASE, **more})


def test_addresses_of_datadog_are_read_or_refused_without_a_secret() -> None:
    good = {
        "udp://10.0.0.1": "udp://10.0.0.1:8125",
        "udp://dd-agent:9125": "udp://dd-agent:9125",
        "udp://[::1]:8125": "udp://[::1]:8125",
        "unix:///var/run/datadog/dsd.socket": "unix:///var/run/datadog/dsd.socket",
    }
    for typed, address in good.items():
        assert _settings(DOGSTATSD_ADDRESS=typed).dogstatsd_address == address
    for wrong in (
        {"DOGSTATSD_ADDRESS": "127.0.0.1:8125"},
        {"DOGSTATSD_ADDRESS": "http://127.0.0.1:8125"},
        {"DOGSTATSD_ADDRESS": "udp://127.0.0.1:99999"},
        {"DOGSTATSD_ADDRESS": "udp://who@127.0.0.1:8125"},
        {"DOGSTATSD_ADDRESS": "unix://var/run/dsd.socket"},
        {"DATADOG_SITE": "https://datadoghq.eu"},
        {"DATADOG_SITE": "datadog.com"},
        {"DATADOG_API_KEY": API_KEY},
        {"DATADOG_APP_KEY": APP_KEY},
        {**KEYS, "DATADOG_URL": "ftp://x"},
        {**KEYS, "DATADOG_URL": "http://x:who"},
        {**KEYS, "DATADOG_API_KEY": "with space and more"},
    ):
        with pytest.raises(SettingsError) as caught:
            _settings(**wrong)
        (fault,) = caught.value.faults
        assert fault.startswith(("DOGSTATSD_ADDRESS", "DATADOG_"))
        assert API_KEY not in fault
        assert "with space" not in fault


def test_each_site_has_its_address_and_a_key_never_shows() -> None:
    settings = _settings(**KEYS, DATADOG_SITE="App.US5.datadoghq.com")
    api = api_of(settings)
    assert api
    assert (api.url, name_of(api)) == ("https://api.us5.datadoghq.com", "api.us5.datadoghq.com")
    own = api_of(_settings(**KEYS, DATADOG_URL="http://who:pass@127.0.0.1:9/"))
    assert own
    assert name_of(own) == "127.0.0.1:9"
    assert API_KEY not in f"{settings!r}{api!r}"
    assert api_of(_settings()) is None
    assert "DATADOG_URL is plain http" in "".join(
        _plain_http(_settings(**KEYS, DATADOG_URL="http://gateway.acme.com")).warnings
    )
    assert _plain_http(settings).warnings == ()
    named = {"": [], "DOGSTATSD_ADDRESS": ["Datadog"]}
    for name, wanted in named.items():
        given = _settings(**({name: "udp://127.0.0.1"} if name else {}))
        rt: Any = type("Rt", (), {"settings": given})
        assert exports_of(rt) == wanted


def test_misspelt_names_of_datadog_are_named_with_their_line(tmp_path: Path) -> None:
    said = misspelt_settings({"DATADOG_APIKEY": "1", "DOGSTATSD_ADRESS": "1", "DD_API_KEY": "x", **KEYS})
    assert [one.split(" ")[0] for one in said] == ["DATADOG_APIKEY", "DOGSTATSD_ADRESS"]
    file = tmp_path / ".env"
    file.write_text("\ufeffCOMMAND_PREFIX=a\n# DATADOG_APIKEY=2\n export DATADOG_APIKEY = 1\n")
    assert [place_of(one, file) for one in said] == [f"{file}:3", "settings"]
    assert place_of(said[0], tmp_path / "none") == "settings"


async def test_doctor_says_whether_datadog_answers(tmp_path: Path) -> None:
    async with running_costs() as at, running_agent() as agent:
        good = _settings(**KEYS, DATADOG_URL=at.url, DOGSTATSD_ADDRESS=agent.address)
        assert [is_good for is_good, _ in await examine_datadog(good)] == [True, True]
        wrong = {**KEYS, "DATADOG_API_KEY": "another_key", "DATADOG_URL": at.url}
        refused = await examine_datadog(_settings(**wrong, DOGSTATSD_ADDRESS=f"unix://{tmp_path}/none"))
        gone = at.url
    away = await examine_datadog(_settings(**KEYS, DATADOG_URL=gone))
    assert [is_good for is_good, _ in (*refused, *away)] == [False] * 3
    said = " ".join(sentence for _, sentence in (*refused, *away))
    assert "cloud_cost_management_write" in said
    assert "another_key" not in said
    assert await examine_datadog(_settings()) == []


async def test_a_dry_run_shows_the_very_file_that_is_uploaded_and_older_days_can_be_asked_for(store: Store) -> None:
    async with running_costs() as at:
        settings = _settings(**KEYS, DATADOG_URL=at.url, DOGSTATSD_ADDRESS="udp://127.0.0.1:8125")
        at.today = lambda: FRIDAY
        await fill(store, [(FRIDAY - DAY * n, LAB, OPUS, "apikey_evals", DOLLAR + n) for n in range(3)])
        lines: list[str] = []
        async with store.write() as tx:
            tx.now = NOW
            assert len(await begin(tx, settings, FRIDAY - DAY)) == 1
            tx.now = NOW  # in whose month the figures are
            await show(tx, settings, None, lines.append)
        shown = [json.loads(line, parse_float=Decimal) for line in lines]
        files = [one for one in shown if one["target"] != "dogstatsd"]
        assert [one["day"] for one in files] == ["2026-11-19", "2026-11-20"]
        assert all(faults(one["body"], FRIDAY) == [] for one in files)
        assert any(one.get("metric") == "claude.org.cost.month_to_date" for one in shown)
        rt: Any = runtime(store)
        rt.settings = settings
        (name,) = await costs.due(rt, NOW)
        await costs.push(rt, name, NOW)
        assert at.lines() == [line for one in files for line in one["body"]]
        assert API_KEY not in "".join(lines)


async def test_a_dry_run_without_anything_to_send_says_so_and_a_day_to_come_is_refused(store: Store, tmp_path: Path) -> None:
    targets = tmp_path / "targets.toml"
    targets.write_text('[a]\nurl = "http://127.0.0.1:9/v1/metrics"\n')
    database = store.engine.url.render_as_string(hide_password=False)
    settings = _settings(DATABASE_URL=database, OTLP_TARGETS=str(targets))
    said: list[str] = []

    async def asked(since: date | None, *, dry_run: bool) -> int:
        clock = nullcontext(lambda: NOW)
        return await asyncio.to_thread(
            observability, settings, clock, since, dry_run=dry_run, write=said.append, say=said.append
        )

    assert await asked(None, dry_run=True) == 0
    assert await asked(NOW.date() + DAY, dry_run=False) == 2
    assert [one[:40] for one in said] == [
        "Nothing is left to send: what is final a",
        "--from is a day that is still to come, 2",
    ]
