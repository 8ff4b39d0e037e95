"""What `/claude-limits` reads and answers: names in any order, limits that hold, headroom, and what isn't known."""

from decimal import Decimal

from bot.admin.model import RateLimitGroup, WorkspaceRateLimit
from bot.kinds.limits.peaks.asked import Asked, Unknown, read_asked
from bot.kinds.limits.peaks.build import lines_of, tier_of
from bot.kinds.limits.peaks.figures import level_of
from bot.kinds.limits.peaks.view import limits_chart, limits_table, render_for_anthropic, render_limits, render_unknown
from bot.spend.scope import EVERYTHING
from bot.spend.scope import Scope as Seen
from tests.limits.samples import TEN, figures, group, peak

WORKSPACES = {
    "w1": "Production",
    "w2": "Opus",
    "w3": "Data Science",
    "w4": "Twin",
    "w5": "Twin",
    "w6": "R and D",
    "w7": "Model",
}
GROUPS = [group("Opus"), group("Sonnet"), group("Haiku")]


def test_a_workspace_and_a_model_are_read_in_any_order() -> None:
    for typed, wanted in (
        ("", Asked()),
        ("production", Asked("w1")),
        ("Production sonnet", Asked("w1", ("rl_sonnet",))),
        ("sonnet in data science", Asked("w3", ("rl_sonnet",))),
        ("claude-haiku-5-5", Asked("", ("rl_haiku",))),
        ("opus", Asked("w2")),
        ("opus opus", Asked("w2", ("rl_opus",))),
        ("claude", Asked()),
        ("R and D", Asked("w6")),
        ("sonnet in r and d", Asked("w6", ("rl_sonnet",))),
        ("model", Asked("w7")),
        ("in model sonnet", Asked("", ("rl_sonnet",))),
        ("w1 rl_sonnet", Asked("w1", ("rl_sonnet",))),
        ("rl_sonnet rl_haiku", Asked("", ("rl_sonnet", "rl_haiku"))),
    ):
        found = read_asked(typed.split(), WORKSPACES, GROUPS)
        assert found == wanted, typed
        assert isinstance(found, Asked)
        assert read_asked(found.typed.split(), WORKSPACES, GROUPS) == found, "a button says the same"


def test_what_is_not_known_is_named_with_the_nearest_name_as_a_button() -> None:
    for typed, words, nearest in (
        ("Prodction", "Prodction", (("Production", "w1"),)),
        ("Prodction sonnet", "Prodction", (("Production", "w1 rl_sonnet"),)),
        ("production sonet", "sonet", (("Claude Sonnet", "w1 rl_sonnet"),)),
        ("Twin", "Twin", (("Twin (w4)", "w4"), ("Twin (w5)", "w5"))),
        ("zzzzqq", "zzzzqq", ()),
    ):
        found = read_asked(typed.split(), WORKSPACES, GROUPS)
        assert found == Unknown(words, nearest), typed
        assert isinstance(found, Unknown)
        said = render_unknown(found, "claude")
        assert [one["value"] for one in said.blocks[-1].get("elements", [])] == [one for _, one in nearest]
        assert f"*{words}*" in said.text


def test_the_lower_of_both_limits_holds_and_the_least_headroom_comes_first() -> None:
    def own(value: int | None) -> WorkspaceRateLimit:
        limits = {"output_tokens_per_minute": value}
        group_type = RateLimitGroup(type="model_group")
        return WorkspaceRateLimit(workspace_id="w1", rate_limit_id="rl_opus", group=group_type, limits=limits,
                                  organization_limits={}, overridden=frozenset(limits))  # fmt: skip

    peaks = {("rl_opus", "output_tokens"): peak(450), ("rl_opus", "requests"): peak(80, "requests")}
    for value, holds, is_own, used in ((500, 500, True, "0.9"), (5000, 1000, True, "0.45"), (None, 1000, False, "0.45")):
        lines = lines_of([group()], [own(value)], {"day": peaks}, {"day": True}, requests_known=True)
        line = next(one for one in lines if one.limiter == "output_tokens")
        assert (line.limit, line.is_own, line.used) == (holds, is_own, Decimal(used))
        assert [one.used for one in lines] == sorted([one.used or Decimal(0) for one in lines], reverse=True)
    of_zero = next(one for one in lines_of([group()], [own(0)], {"day": peaks}, {"day": True}, requests_known=True)
                   if one.limiter == "output_tokens")  # fmt: skip
    assert (of_zero.limit, of_zero.used) == (0, None)


def test_not_known_is_not_zero() -> None:
    lines = lines_of([group()], [], {"day": {}, "month": {}}, {"day": False, "month": True}, requests_known=False)
    by_limiter = {line.limiter: line for line in lines}
    assert by_limiter["requests"].peaks is None, "the legacy report doesn't count requests"
    assert by_limiter["output_tokens"].peaks == {"month": None}, "a day without data is no day without traffic"
    cells = limits_table(figures({}, requests_known=False)).values("month")
    assert sorted(map(str, cells)) == ["0", "0", "None"]


def test_the_answer_says_when_who_how_much_and_until_when_it_is_known() -> None:
    found = figures({("rl_opus", "output_tokens"): peak(850)})
    said = render_limits(found).text
    assert "85 %" in said
    assert "850" in said
    assert "`ingest-&lt;prod&gt;`" in said
    assert "5 hours of the last 30 days not known yet" in said
    assert "⚠️" in said
    [row] = [one for one in limits_table(found).rows if one[1] == "output tokens"]
    assert row == ("Claude Opus", "output tokens", 1000, "the organization", 850, 850, 850, "23 Nov 10:01 UTC",
                   "ingest-<prod>", Decimal("0.15"))  # fmt: skip
    chart = limits_chart(found)
    assert chart is not None
    assert [str(value) for value in chart.series[0].values] == ["0.0", "0.0", "85.0"]
    assert "85.0 %" in chart.alt_text
    told = render_for_anthropic(found).text
    assert "Claude Opus: limit 1,000 output tokens per minute, peak 850 (85 %) at 23 Nov 2026, 10:01 UTC" in told
    assert "ingest" not in told, "a key's name is nobody's business outside"
    assert "429" in render_limits(figures({("rl_opus", "output_tokens"): peak(1200)})).text
    buttons = [one["action_id"] for one in render_limits(found).blocks[-1]["elements"]]
    assert buttons == ["limits_ask", "limits_tell"]


def test_who_may_see_little_sees_their_own_keys() -> None:
    mine = Seen(workspaces=frozenset({"w1"}), keys=frozenset({"k"}))
    for asked, scope, level in (
        (Asked(), EVERYTHING, "organization"),
        (Asked("w1"), EVERYTHING, "workspace"),
        (Asked(), mine, "key"),
        (Asked("w1"), mine, "workspace"),
        (Asked("w2"), mine, "key"),
        (Asked(), Seen(), "key"),
    ):
        assert level_of(asked, scope) == level
    said = render_limits(figures({("rl_opus", "output_tokens"): peak(850)}, level="key")).text
    assert "Your busiest key" in said
    assert "you see your own keys" in said


def test_the_tier_is_guessed_from_what_most_groups_have_and_said_as_a_guess() -> None:
    scale, build = (10_000, 10_000_000, 2_000_000), (5_000, 5_000_000, 1_000_000)
    for groups, tier in (
        ([group("Opus", *scale), group("Sonnet", *scale), group("Fable", 4_000, 4_000_000, 800_000)], "Scale"),
        ([group("Opus", *build)], "Build"),
        ([group("Opus", *build), group("Sonnet", *scale)], ""),
        ([group()], ""),
        ([], ""),
    ):
        assert tier_of(groups) == tier
    said = render_limits(figures({}, group("Opus", *scale))).text
    assert "That is a guess" in said
    assert TEN.strftime("%H") in said
