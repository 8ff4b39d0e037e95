"""What the organization and its key can do is found out by reads alone, and no failure passes for a no."""

import pytest

from bot.admin.client import AdminClient
from bot.directory.capabilities import ONLY_WHEN_CREATED, Can
from bot.directory.probe import Probed, find_out
from tests.admin.conftest import Claude

ANTHROPIC = "https://api.anthropic.com"


async def probe(admin: AdminClient, claude: Claude, base_url: str = "http://gateway") -> Probed:
    return await find_out(admin, base_url, claude.organization.clock.now())


def said(probed: Probed) -> dict[Can, bool | None]:
    return {what: probed.capabilities.of(what).can for what in Can}


async def test_a_usual_organization_has_neither_previews_nor_the_feed(admin: AdminClient, claude: Claude) -> None:
    probed = await probe(admin, claude, f"{ANTHROPIC}/")
    assert said(probed) == {
        Can.KEYS: True,
        Can.SPEND_LIMITS: False,
        Can.ACTIVITIES: False,
        Can.CREATE_KEYS: False,
        Can.COST_BY_KEY: True,
        Can.RATE_LIMITS: True,
    }
    assert probed.organization
    assert probed.organization.name == "Acme"
    assert probed.figures_at
    assert {call.partition(" ")[0] for call in claude.calls()} == {"GET"}
    assert len(claude.calls()) <= 7


async def test_what_is_switched_on_is_found(admin: AdminClient, claude: Claude) -> None:
    flags = claude.organization.flags
    flags.spend_limits_preview = flags.compliance_enabled = True
    flags.analytics_beta = False
    found = said(await probe(admin, claude))
    assert (found[Can.SPEND_LIMITS], found[Can.ACTIVITIES], found[Can.COST_BY_KEY]) == (True, True, False)
    assert found[Can.CREATE_KEYS] is None
    assert (await probe(admin, claude)).capabilities.of(Can.CREATE_KEYS).because == ONLY_WHEN_CREATED


async def test_an_enterprise_organization_has_no_keys(admin: AdminClient, claude: Claude) -> None:
    claude.organization.flags.organization_kind = "enterprise"
    found = said(await probe(admin, claude))
    assert (found[Can.KEYS], found[Can.RATE_LIMITS]) == (False, False)


@pytest.mark.parametrize("kind", ["401", "429", "500_final", "504", "529", "drop_before"])
async def test_a_failure_says_nothing_about_what_is_offered(admin: AdminClient, claude: Claude, kind: str) -> None:
    claude.fail("GET /workspaces", kind, times=9)
    probed = await probe(admin, claude)
    found = probed.capabilities.of(Can.KEYS)
    assert (found.can, found.found_at) == (None, None)
    assert found.because
    assert said(probed)[Can.RATE_LIMITS] is True, "one failure hides nothing else"


@pytest.mark.parametrize("kind", ["401", "403", "500_final"])
async def test_a_key_that_is_refused_altogether_leaves_everything_open(
    admin: AdminClient, claude: Claude, kind: str
) -> None:
    claude.fail("GET /me", kind, times=9)
    probed = await probe(admin, claude)
    assert probed.organization is None
    assert set(said(probed).values()) == {None}
    assert claude.calls() == [f"GET /me {kind[:3]}"] * len(claude.calls())


async def test_a_report_that_no_key_may_read_is_no_missing_split(admin: AdminClient, claude: Claude) -> None:
    claude.fail("GET /analytics/cost", "403", times=9)
    claude.fail("GET /cost_report", "403", times=9)
    probed = await probe(admin, claude)
    assert probed.is_cost_refused
    assert said(probed)[Can.COST_BY_KEY] is False
