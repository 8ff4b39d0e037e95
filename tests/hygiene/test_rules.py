"""Each rule finds what is wrong, and nothing where all is well."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

import bot.hygiene.rules
from bot.errors import NotFound
from bot.forms.read import given, problems
from bot.hygiene.load import rules_of
from bot.hygiene.model import Facts, Finding, Risk, Waiting
from bot.hygiene.registry import RULES, findings_in
from bot.hygiene.rules.dearer_models import successor
from bot.hygiene.rules.key_purpose import _STAKES, _together  # pyright: ignore[reportPrivateUsage]
from bot.hygiene.rules.near_limit import traffic_near_limit
from bot.hygiene.rules.retiring_models import retiring_models
from bot.hygiene.view import ACCEPT, advice_list, read_offer, weekly
from bot.hygiene.words import keys_of_model
from bot.kinds.registry import KINDS
from bot.policy.model import ApproverKind, ApproverRef, Policy, RuleSettings
from bot.slack import ids
from bot.slack.markup import Markup, bold
from bot.slack.paging import numbered
from bot.spend.ask.grammar import parse_query
from bot.spend.dimensions import MODEL, WORKSPACE
from bot.spend.model import Filter, Measures, SpendQuery
from bot.spend.prices.load import price_table
from bot.words.calendars import UTC_DAYS
from handlers import FEATURES
from handlers.advice import OPENERS
from handlers.named import named_by
from tests.hygiene.samples import (
    BADLY_KEPT,
    DAY,
    FOUND,
    LAB,
    NOW,
    PROD,
    SONNET_45,
    WELL_KEPT,
    busy,
    key,
    member,
    used,
    workspace,
)

NOBODY_WATCHES = replace(BADLY_KEPT, digests=(), alerts=())
BEST_PRACTICES = {
    "Create separate workspaces for prod/staging/dev": "environments",
    "Set spending limits per workspace": "unlimited",
    "Monitor usage daily during initial rollout": "nobody_watches",
    "Use rate limit headers for proactive throttling": "near_limit",
    "Integrate with observability platforms early": "no_export",
}


def keys_of(facts: Facts) -> set[str]:
    return {one.key for one in findings_in(facts)}


def test_a_badly_kept_organization_shows_exactly_its_findings_and_a_well_kept_one_none() -> None:
    assert keys_of(WELL_KEPT) == set()
    found = findings_in(BADLY_KEPT)
    assert {one.key for one in found} == FOUND
    assert len(found) == len(FOUND), "each once"
    assert keys_of(NOBODY_WATCHES) == FOUND - {f"unwatched:{LAB}"} | {"nobody_watches:organization"}


def test_each_best_practice_is_a_rule() -> None:
    rules = {one.rule for one in findings_in(NOBODY_WATCHES)}
    assert {name: rule for name, rule in BEST_PRACTICES.items() if rule not in rules} == {}


def test_each_rule_is_a_file_and_finds_something_of_one_kind() -> None:
    files = {path.stem for path in Path(bot.hygiene.rules.__path__[0]).glob("*.py")} - {"__init__"}
    assert {rule.__module__.rpartition(".")[2] for rule in RULES} == files
    assert len(files) == len(RULES)
    for rule in RULES:
        found = rule(NOBODY_WATCHES) or rule(BADLY_KEPT)
        assert found, f"tests/hygiene/samples.py: make BADLY_KEPT so badly that {rule.__name__} finds something"
        assert len({one.rule for one in found}) == 1, f"{rule.__name__} gives its findings one `rule`"


def test_findings_say_what_is_found_what_it_risks_and_what_to_do() -> None:
    for one in findings_in(NOBODY_WATCHES):
        assert one.title, one
        assert (one.evidence[-1], one.stakes[-1]) == (".", "."), one
        assert all((one.ask.label, one.ask.action_id)), one
        assert "$" not in one.title, "a title may stand in a channel"
        assert "<*_~>" not in one.title + one.evidence, "names are escaped"


def test_a_title_is_bold_as_a_whole() -> None:
    blocks = advice_list(numbered(findings_in(BADLY_KEPT), "", 99), 0, "").blocks
    heads = [one["text"]["text"].partition("\n")[0] for one in blocks if one["type"] == "section"][1:]
    assert len(heads) > 9
    assert {head.count("*") for head in heads} == {2}


def test_many_keys_without_a_purpose_are_one_finding_of_their_workspace() -> None:
    def found(count: int) -> set[str]:
        keys = [key(f"k{n}", LAB) for n in range(count)]
        return {one for one in keys_of(replace(WELL_KEPT, keys=keys)) if one.startswith("key_purpose")}

    assert found(3) == {f"key_purpose:apikey_k{n}" for n in range(3)}
    assert found(4) == {f"key_purpose:{LAB}"}


def test_each_button_is_one_that_answers() -> None:
    known = {action for feature in FEATURES for action in feature.actions}
    known |= {f"{ids.OPEN_PREFIX}{kind}" for kind in KINDS}
    assert {one.ask.action_id for one in [*findings_in(NOBODY_WATCHES), *findings_in(BADLY_KEPT)]} <= known


def test_a_minute_is_of_the_hours_in_which_its_limit_held() -> None:
    facts = replace(WELL_KEPT, busy=[busy(900), replace(busy(900), since=NOW - DAY)])
    whole, part = (one.evidence for one in traffic_near_limit(facts))
    assert "The busiest minute of the last 7 days, " in whole
    assert "The busiest minute since its limit changed <!date^" in part


NOTHING: set[str] = set()


def test_nothing_is_accepted_for_good_or_without_a_reason() -> None:
    for until, reason, wrong in (
        ("2026-11-21", "fine", NOTHING),
        ("2027-11-22", "fine", NOTHING),
        ("2026-11-20", "fine", {ids.ADVICE_UNTIL}),
        ("2027-11-23", "fine", {ids.ADVICE_UNTIL}),
        ("9999-12-31", "fine", {ids.ADVICE_UNTIL}),
        ("2026-02-30", "fine", {ids.ADVICE_UNTIL}),
        ("", "fine", {ids.ADVICE_UNTIL}),
        ("2026-12-01", "", {ids.ADVICE_REASON}),
        ("2026-12-01", " \n\u200b", {ids.ADVICE_REASON}),
        ("2026-12-01", "x" * 501, {ids.ADVICE_REASON}),
        ("2026-12-01", "see sk-ant-api03-" + "a1B2" * 20, {ids.ADVICE_REASON}),
    ):
        held = given(ACCEPT.fields, {ids.ADVICE_UNTIL: until, ids.ADVICE_REASON: reason}, {}, NOW, UTC_DAYS)
        assert set(problems(ACCEPT, held)) == wrong, (until, reason)


def test_many_long_titles_are_told_whole() -> None:
    titles: list[Markup] = [bold("&<>*_~" * 80) for _ in range(10)]
    said = weekly(titles, 1000, "claude")
    texts = [one["text"]["text"] for one in said.blocks if one["type"] == "section"]
    assert "\n".join(texts) == said.text
    assert "and 990 more" in said.text


def test_many_keys_with_long_names_are_counted_and_no_name_is_cut() -> None:
    keys = [key(f"{n}{'<&>*_' * 50}") for n in range(6)]
    home = workspace(PROD, "*" * 255)
    said = advice_list(numbered([_together(home, keys)], "", 1), 0, "").blocks[1]["text"]["text"]
    assert "Nobody asked me for 6 keys: `0&lt;" in said
    assert said.endswith(_STAKES)


def test_every_offer_is_looked_at_again_and_opens_the_same_form() -> None:
    found = [*findings_in(NOBODY_WATCHES), *findings_in(BADLY_KEPT)]
    for one in found:
        [shown, accept] = advice_list(numbered([one], "", 1), 0, "").blocks[3]["elements"]
        assert accept["action_id"] == ids.ADVICE_ACCEPT
        opens = one.ask.action_id.startswith(ids.OPEN_PREFIX) or one.ask.action_id in OPENERS
        assert (shown["action_id"] == ids.ADVICE_OFFER) is one.ask.opens_form is opens, one.key
        if opens:
            assert read_offer(shown["value"]) == (one.key, one.ask.action_id, one.ask.value)
    for forged in ("", "a", "a\nb", "a\nb\nc\nd"):
        assert len(read_offer(forged)) == 3


def test_a_button_that_opens_a_form_names_what_the_form_asks_for() -> None:
    asked_by = {"apikey": "key_id", "wrkspc": "workspace_id", "user": "member_id", "invite": "invite_id"}
    for one in [*findings_in(NOBODY_WATCHES), *findings_in(BADLY_KEPT)]:
        kind = KINDS.get(one.ask.action_id.removeprefix(ids.OPEN_PREFIX))
        if kind is not None and one.ask.value:
            assert asked_by[one.ask.value.partition("_")[0]] in {field.name for field in kind.form}, one.key


async def test_a_pending_invite_is_filled_in_and_one_that_is_gone_is_said() -> None:
    async def invites(*, fresh: bool) -> object:
        return BADLY_KEPT.invites

    def call(value: str) -> Any:
        return SimpleNamespace(value=value, rt=SimpleNamespace(directory=SimpleNamespace(invites=invites)))

    kind = KINDS["withdraw_invite"]
    assert await named_by(call("invite_old"), kind) == ({"invite_id": "invite_old"}, {"invite_id": "old@acme.test"})
    with pytest.raises(NotFound, match="Nothing is left to do"):
        await named_by(call("invite_gone"), kind)


def test_money_at_stake_comes_first_then_risk() -> None:
    found = findings_in(BADLY_KEPT)
    assert [one.money for one in found] == sorted((one.money for one in found), reverse=True)
    free = [one.risk for one in found if not one.money]
    assert free == sorted(free, reverse=True)
    assert free[0] is Risk.HIGH


@pytest.mark.parametrize(
    ("why", "facts", "found"),
    [
        ("a key younger than the bound may be unused", {"keys": (key("unused", LAB, created_at=NOW - 9 * DAY),)}, False),
        ("days without reports say nothing", {"uses": {"apikey_unused": replace(used(None), days=20)}}, False),
        ("without any figures nothing is known", {"uses": {}}, False),
        ("never used in all known days", {"uses": {"apikey_unused": used(None)}}, True),
        ("used just before the bound", {"uses": {"apikey_unused": used(59)}}, False),
        ("used just at the bound", {"uses": {"apikey_unused": used(60)}}, True),
    ],
)
def test_a_key_is_unused_only_where_that_is_known(why: str, facts: dict[str, object], found: bool) -> None:
    assert ("key_unused:apikey_unused" in keys_of(replace(BADLY_KEPT, **facts))) is found, why


@pytest.mark.parametrize(
    ("why", "facts", "gone"),
    [
        ("without figures no workspace spends", {"spent": None}, {"unlimited", "unwatched", "ownerless"}),
        ("where no report tells of people nobody is inactive", {"active": None}, {"member_inactive"}),
        ("an unused key may expire", {"uses": {"apikey_ends": used(30)}}, {"key_expiring"}),
        ("a service account doesn't leave", {"owners": {"apikey_left": "svac_1"}}, {"key_orphaned"}),
        ("what nobody can say is not found", {"exports": None, "busy": ()}, {"no_export", "near_limit"}),
        ("too few tokens to speak of the cache", {"tokens": ()}, {"cache", "model_dearer", "model_retiring"}),
    ],
)
def test_what_is_not_known_is_not_found(why: str, facts: dict[str, object], gone: set[str]) -> None:
    assert {one.rule for one in findings_in(replace(BADLY_KEPT, **facts))} & gone == set(), why


def test_a_request_waits_too_long_after_a_working_day_and_not_over_a_weekend() -> None:
    friday = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    for later, found in ((63, False), (71, False), (72, True)):  # on Monday at 08:00, at 16:00, just after 17:00
        now = friday + timedelta(hours=later, minutes=1)
        facts = replace(WELL_KEPT, now=now, waiting=(Waiting("req_1", "API key", friday),))
        assert ("approval_waiting:req_1" in keys_of(facts)) is found, now


def test_a_model_whose_last_day_is_over_has_retired() -> None:
    ends = max(price_table().retired.values())
    for now, said in (
        (ends, "is in use and will retire It answers until"),
        (ends + DAY, "has retired and was in use Its last day was"),
    ):
        use = Measures(now, {WORKSPACE.column: PROD, MODEL.column: SONNET_45}, Decimal(30), None, 10)
        at = datetime.combine(now, time(8), UTC)
        (one,) = retiring_models(replace(WELL_KEPT, now=at, tokens=(use,)))
        assert f"{one.title} {one.evidence}".startswith(f"*sonnet-4-5* {said}")


def test_a_policy_that_nobody_can_fulfil_is_found_once() -> None:
    facts = replace(BADLY_KEPT, policy=Policy.nobody("policy.toml can't be read."))
    assert [one.key for one in findings_in(facts) if one.rule == "policy"] == ["policy:all"]


def test_the_successor_is_the_newest_of_the_family_that_stays() -> None:
    prices = price_table()
    assert successor("claude-opus-4-8", prices) == "claude-opus-5-5"
    assert successor("claude-sonnet-4-5", prices) == "claude-sonnet-5-5"
    assert successor("claude-opus-5-5", prices) is None


def test_what_the_cache_and_a_successor_would_save_is_computed_from_list_prices() -> None:
    found: dict[str, Finding] = {one.key: one for one in findings_in(BADLY_KEPT)}
    # 20 M plain input and 1 M output: $5 and $25 a million, against $4 and $20.
    assert found["model_dearer:claude-opus-5"].money == Decimal(25)
    # Half of 20 M tokens at $5 instead of $0.50.
    assert found[f"cache:{LAB}"].money == Decimal(45)
    # 85 % of 100 M before, 50 % now: 35 M at $4 instead of $0.20.
    assert found[f"cache:{PROD}"].money == Decimal(133)


def test_the_question_behind_a_button_is_one_that_the_command_reads() -> None:
    asked = parse_query(keys_of_model("claude-sonnet-4-5-20250929").split(), names={"model": ["sonnet-4-5"]})
    assert isinstance(asked, SpendQuery)
    assert asked.where == (Filter(MODEL, ("sonnet-4-5",)),)


def test_a_far_end_of_a_key_is_no_news() -> None:
    ends = key("ends", LAB, expires_at=NOW + timedelta(days=15))
    assert "key_expiring:apikey_ends" not in keys_of(replace(BADLY_KEPT, keys=(ends,)))


def test_an_approver_who_is_named_twice_is_one_person() -> None:
    named = {"a": (ApproverRef(kind=ApproverKind.USER, id="U1"), ApproverRef(kind=ApproverKind.ORG_ADMINS))}
    policy = Policy(version="1", groups=named, defaults=RuleSettings(approvers=("a", "org-admins"), quorum=2))
    kinds = {"create_workspace": KINDS["create_workspace"]}
    members = [member("bob", "admin"), member("dana")]
    for linked, able in (({}, 2), ({"U1": "user_bob"}, 1), ({"U1": "user_dana"}, 2)):
        assert [one.able for one in rules_of(policy, kinds, members, linked)] == [able]
    alone = policy.model_copy(update={"groups": {"a": named["a"][:1] * 2}})
    rules = rules_of(alone.model_copy(update={"defaults": RuleSettings(approvers=("a",))}), kinds, members, {})
    assert [one.able for one in rules] == [1]
