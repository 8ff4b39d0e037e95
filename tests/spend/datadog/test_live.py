"""Live values arrive at an Agent: a real socket, read by the documented grammar."""

import asyncio
import socket
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
import structlog

from bot.runtime import Runtime
from bot.sandbox.datadog.agent import running_agent
from bot.sandbox.datadog.grammar import Metric, NotDogStatsD, read_datagram
from bot.spend.exports.datadog import live
from bot.spend.ledger.db import ledger_days
from bot.store.names import Named, remember
from bot.store.session import Store
from bot.telemetry.dogstatsd import Agent
from bot.telemetry.gauge import Gauge
from bot.telemetry.meter import Meter
from tests.spend.world import CENT, DAY, DOLLAR, FRIDAY, LAB, NOW, OPUS, PROD, Figure, fill, runtime

SATURDAY = FRIDAY + DAY
TELL = live.telling()


def _aimed(store: Store, address: str) -> Runtime:
    rt = runtime(store)
    cast("Any", rt).settings.dogstatsd_address = address
    return rt


def _money(metrics: list[Metric], name: str) -> Decimal:
    return sum((one.value for one in metrics if one.name == name), Decimal(0))


@pytest.mark.both
async def test_what_an_agent_reads_is_the_ledger_also_after_a_revision_and_one_replica_tells_it(
    store: Store, tmp_path: Path
) -> None:
    async with store.write() as tx:
        await remember(tx, [Named(PROD, "Web | shop,\n#1 🦊")], NOW)
    for number, path in enumerate((None, tmp_path / "dsd.socket")):
        async with running_agent(path) as agent:
            one, other = _aimed(store, agent.address), _aimed(store, agent.address)
            for friday in (100, 110):
                now = NOW + timedelta(hours=4 * number, minutes=friday)
                figures: list[Figure] = [
                    (FRIDAY, PROD, OPUS, "apikey_ingest", friday * DOLLAR + 1),
                    (SATURDAY, LAB, OPUS, "apikey_evals", 5 * DOLLAR + CENT),
                ]
                await fill(store, figures, now, now)
                agent.datagrams.clear()
                agent.arrived.clear()
                await TELL(one, agent.address, now)
                await asyncio.wait_for(agent.arrived.wait(), 5)
                told = agent.metrics
                async with store.read() as tx:
                    days = await ledger_days(tx, FRIDAY, SATURDAY)
                assert _money(told, "claude.org.cost.today") == days[SATURDAY].total
                month = days[FRIDAY].total + days[SATURDAY].total
                assert _money(told, "claude.org.cost.month_to_date") == _money(told, "claude.org.all_cost.month_to_date")
                assert _money(told, "claude.org.all_cost.month_to_date") == month
                assert {metric.type for metric in told} == {"g"}
                names = {metric.tags["workspace"] for metric in told if metric.tags.get("workspace_id") == PROD}
                assert names == {"Web___shop___1__"}
                before = len(agent.datagrams)
                await TELL(other, agent.address, now + timedelta(minutes=2))
                assert len(agent.datagrams) == before
            later = now + live.LEASE_LASTS + timedelta(seconds=1)
            agent.arrived.clear()
            await TELL(other, agent.address, later)  # the first one has stopped
            await asyncio.wait_for(agent.arrived.wait(), 5)


async def test_a_missing_agent_harms_nothing_and_is_said_once(store: Store, tmp_path: Path) -> None:
    await fill(store, [(SATURDAY, LAB, OPUS, "apikey_evals", DOLLAR)])
    free = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    for number, address in enumerate((f"udp://127.0.0.1:{port}", f"unix://{tmp_path}/none", "udp://no.such.host.invalid:1")):
        rt = _aimed(store, address)
        cast("Any", rt).meter = Meter()
        with structlog.testing.capture_logs() as lines:
            for minutes in range(3):
                await TELL(rt, address, NOW + timedelta(hours=number, minutes=2 * minutes))
        assert [line["event"] for line in lines] == ["dogstatsd_agent_missing"], address
        assert live.missing(rt) == lines[0]["because"], "as /claude-admin status says it"
        assert Agent(address).probe() != ""
    async with running_agent() as agent:
        assert Agent(agent.address).probe() == ""


@pytest.mark.parametrize(
    "wrong",
    ["a:1", "a|g", "a:1e-9|g", "a:1|x", "1a:1|g", "a b:1|g", "a:1|g|#x y", "a:1|g|#x,", "a:1|g|?", b"\xff:1|g"],
)
def test_the_stand_in_drops_what_an_agent_drops(wrong: str | bytes) -> None:
    with pytest.raises(NotDogStatsD):
        read_datagram(wrong if isinstance(wrong, bytes) else wrong.encode())


def test_values_have_every_digit_and_no_exponent() -> None:
    written = [Gauge("a", one).written for one in (Decimal("1E-9"), Decimal("1E+3"), Decimal("-0.10"), 2**60)]
    assert written == ["0.000000001", "1000", "-0.10", str(2**60)]
    assert [one.value for one in read_datagram(b"a:0.000000001|g\na:-3|g|#x:y,z|c:ci-1")] == [Decimal("1E-9"), -3]
