"""A real Prometheus that scrapes one address and evaluates the committed rules, where it is installed; CI has to have it."""

import asyncio
import contextlib
import os
import shutil
import socket
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from tests.generated import ROOT

MISSING = "prometheus isn't installed; Debian's package prometheus has it."


@dataclass
class Prometheus:
    """What it answers."""

    http: httpx.AsyncClient

    async def query(self, expr: str) -> list[Any]:
        """Return the series that a query finds now; the test fails where it finds fault with the query."""
        answer = (await self.http.get("/api/v1/query", params={"query": expr})).json()
        assert answer["status"] == "success", (expr, answer)
        return answer["data"]["result"]

    async def rules(self) -> list[Any]:
        """Return the rules with their health."""
        answer = (await self.http.get("/api/v1/rules")).json()
        return [rule for group in answer["data"]["groups"] for rule in group["rules"]]


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextlib.asynccontextmanager
async def scraping(port: int, token: str, folder: Path) -> AsyncGenerator[Prometheus]:
    """Run one that scrapes `port` each second with a bearer token; its files are in `folder`."""
    program = shutil.which("prometheus")
    if not program:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    own = _free_port()
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "rule_files": [str(ROOT / "deploy/prometheus/rules.yml")],
        "scrape_configs": [
            {
                "job_name": "quartermaster",
                "authorization": {"credentials": token},
                "static_configs": [{"targets": [f"127.0.0.1:{port}"]}],
            }
        ],
    }
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        program, f"--config.file={folder / 'prometheus.yml'}", f"--storage.tsdb.path={folder / 'tsdb'}",
        f"--web.listen-address=127.0.0.1:{own}", "--log.level=error",
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{own}", trust_env=False, timeout=15) as http:
            yield Prometheus(http)
    finally:
        process.terminate()
        await process.wait()
