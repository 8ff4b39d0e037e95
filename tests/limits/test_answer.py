"""What `/claude-limits` reads and answers: names in any order, limits that hold, headroom, and what isn't known."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.admin.model import RateLimitGroup, WorkspaceRateLimit
from bot.errors import NotAllowed
from bot.kinds.limits.groups import Group
from bot.kinds.limits.peaks.asked import Asked, Unknown, read_asked
from bot.kinds.limits.peaks.build import lines_of, nearly_reached, places_of, tier_of
from bot.kinds.limits.peaks.figures import level_of, missing_hours
from bot.kinds.limits.peaks.model import HOUR, Peak, Scope, Which
from bot.kinds.limits.peaks.own.model import Limits, limits_in
from bot.kinds.limits.peaks.view import limits_chart, limits_table, render_for_anthropic, render_limits, render_unknown
from bot.slack.markup import bold
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
        ("Haiku 5.5", Asked("", ("rl_haiku",))),
        ("production Claude Haiku 5.5", Asked("w1", ("rl_haiku",))),
        ("sonnet, haiku", Asked("", ("rl_sonnet", "rl_haiku"))),
        ("sonnet,haiku", Asked("", ("rl_sonnet", "rl_haiku"))),
        ("haiku or sonnet & r & d", Asked("w6", ("rl_sonnet", "rl_haiku"))),
        ("production, sonnet", Asked("w1", ("rl_sonnet",))),
        ("opus", Asked("w2")),
        ("opus sonnet", Asked("w2", ("rl_sonnet",))),
        ("opus opus", Asked("w2", ("rl_opus",))),
        ("claude", Asked()),
        ("all limits of the organization", Asked()),
        ("everything", Asked()),
        ("claude-haiku-5-5-20260901 in production", Asked("w1", ("rl_haiku",))),
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
        ("prod", "prod", (("Production", "w1"),)),
        ("Prodction", "Prodction", (("Production", "w1"),)),
        ("Prodction sonnet", "Prodction", (("Production", "w1 rl_sonnet"),)),
        ("production sonet", "sonet", (("Claude Sonnet", "w1 rl_sonnet"),)),
        ("Twin", "Twin", (("Twin (w4)", "w4"), ("Twin (w5)", "w5"))),
        ("production Twin", "Twin", (("Production", "w1"), ("Twin (w4)", "w4"), ("Twin (w5)", "w5"))),
        ("zzzzqq", "zzzzqq", ()),
        ("M&A", "M&A", ()),
        ("Q&A sonnet", "Q&A", ()),
        ("Archived", "Archived", ()),
        ("sonnet data science production", "production", (("Data Science", "w3 rl_sonnet"), ("Production", "w1 rl_sonnet"))),
    ):
        found = read_asked(typed.split(), WORKSPACES, [*GROUPS, Group("rl_batch", "Batches", (), {})])
        assert isinstance(found, Unknown)
        assert (found.words, found.nearest) == (words, nearest), typed
        said = render_unknown(found, "claude")
        assert [one["value"] for one in said.blocks[-1].get("elements", [])] == [one for _, one in nearest]
        assert bold(words) in said.text or said.text.startswith("I show one workspace at a time: *")


def test_many_words_are_answered_soon_whatever_they_are() -> None:
    many = {f"w{n}": f"Team {n}" for n in range(1_000)}
    for words, said in ((["zzz"] * 12, " ".join(["zzz"] * 12)), (["zzz"] * 900, " ".join(["zzz"] * 12) + " …")):
        assert read_asked(words, many, GROUPS) == Unknown(said)


def test_the_lower_of_both_limits_holds_and_the_least_headroom_comes_first() -> None:
    def own(value: int | None) -> Limits:
        limits = {"output_tokens_per_minute": value, "requests_per_minute": 7}
        group_type = RateLimitGroup(type="model_group")
        found = WorkspaceRateLimit(workspace_id="w1", rate_limit_id="rl_opus", group=group_type, limits=limits,
                                   organization_limits={}, overridden=frozenset({"output_tokens_per_minute"}))  # fmt: skip
        return limits_in([found])

    peaks = {("rl_opus", "output_tokens"): peak(450), ("rl_opus", "requests"): peak(80, "requests")}
    for value, holds, is_own, used in ((500, 500, True, "0.9"), (5000, 1000, False, "0.45"), (None, 1000, False, "0.45")):
        lines = lines_of([group()], own(value), {"day": peaks}, {"day": True}, requests_known=True)
        line = next(one for one in lines if one.limiter == "output_tokens")
        assert (line.limit, line.is_own, line.used) == (holds, is_own, Decimal(used))
        assert [one.used for one in lines] == sorted([one.used or Decimal(0) for one in lines], reverse=True)
    of_zero = next(one for one in lines_of([group()], own(0), {"day": peaks}, {"day": True}, requests_known=True)
                   if one.limiter == "output_tokens")  # fmt: skip
    assert (of_zero.limit, of_zero.used) == (0, None)
    found = figures({("rl_opus", "output_tokens"): peak(450)}, group("Opus", 100, 0, 1_000))
    said = render_limits(found)
    assert said.text.startswith(
        "⚠️ *Claude Opus, input tokens per minute*: the limit is 0, so each request fails with error 429."
    )
    assert limits_table(found).rows[0][1:4] == ("input tokens", 0, 0)
    assert said.blocks[-1]["elements"][0]["value"] == "- rl_opus input_tokens", "what is asked for is what is shut"


def test_not_known_is_not_zero() -> None:
    lines = lines_of([group()], {}, {"day": {}, "month": {}}, {"day": False, "month": True}, requests_known=False)
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
    assert row == ("Claude Opus", "output tokens", Decimal("0.15"), 1000, 850, 850, 850, "23 Nov 10:01 UTC",
                   "ingest-<prod>")  # fmt: skip
    in_workspace = limits_table(replace(found, asked=Asked("w1"))).values("whose")
    assert set(in_workspace) == {"the organization"}, "whose a limit is matters in a workspace only"
    chart = limits_chart(found)
    assert chart is not None
    assert chart.series[0].name == "Opus, output", "a legend has 20 characters for it"
    assert [str(value) for value in chart.series[0].values] == ["0.0", "0.0", "85.0"]
    assert "85.0 %" in chart.alt_text
    told = render_for_anthropic(found).text
    assert "Claude Opus: limit 1,000 output tokens per minute, peak 850 (85 %) at 23 Nov 2026, 10:01 UTC" in told
    assert "ingest" not in told, "a key's name is nobody's business outside"
    assert "429" in render_limits(figures({("rl_opus", "output_tokens"): peak(1200)})).text
    buttons = [one["action_id"] for one in render_limits(found).blocks[-1]["elements"]]
    assert buttons == ["limits_ask", "limits_tell"]


def test_each_time_has_its_own_peak_with_when_and_who() -> None:
    month, week = peak(850), peak(300, driver="apikey_2")
    known: dict[str, bool] = dict.fromkeys(("day", "week", "month"), True)
    lines = lines_of([group()], {}, {"day": {}, "week": {week.which[1:]: week}, "month": {month.which[1:]: month}}, known,
                     requests_known=True)  # fmt: skip
    said = render_limits(replace(figures({}), lines=tuple(lines))).text
    assert "busiest known minute of the last 30 days reached 85 %" in said
    assert "• Last 7 days: 30 %, 300 (" in said
    assert "`apikey_2` (50 %)" in said
    assert "• Last 24 hours: no traffic." in said
    assert "• Last" not in render_limits(figures({month.which[1:]: month})).text, "the same minute is said once"


def test_asked_for_one_group_each_of_its_limits_is_said() -> None:
    peaks = {("rl_opus", "output_tokens"): peak(850), ("rl_opus", "requests"): peak(20, "requests")}
    said = render_limits(replace(figures(peaks), asked=Asked("", ("rl_opus",)))).text
    assert "• Claude Opus, requests per minute: 20 %, 20 (" in said
    assert "• Claude Opus, requests" not in render_limits(figures(peaks)).text


def test_what_no_report_tells_is_not_zero() -> None:
    files = replace(group("Files"), name="Files", models=())
    found = figures({}, group(), files)
    assert [one.peaks for one in found.lines if one.group == files] == [None] * 3
    assert "there are no figures by minute for files" in render_limits(found).text
    assert "tokens read from the cache don't count as input" in render_limits(found).text
    assert "from the cache" not in render_limits(figures({}, group(cached=""))).text


def test_a_limit_that_was_nearly_reached_elsewhere_explains_refusals() -> None:
    mine = Peak(Which(Scope("workspace", "w1"), "rl_opus", "output_tokens"), 480, TEN)
    own: dict[str, Limits] = {"w1": {"rl_opus": {"output_tokens_per_minute": 500}}, "gone": {}}
    organization, workspace = places_of([group()], own, {"w1": "R&D"}, [peak(790), mine])
    assert [one.limiter for one in workspace.lines] == ["output_tokens"], "where the organization's holds, it counts there"
    assert [place.name for place, _ in nearly_reached([organization, workspace])] == ["R&D"]
    said = render_limits(replace(figures({}), others=tuple(nearly_reached([workspace]) * 5))).text
    assert said.count("*R&amp;D* reached 96 % of its own limit for *Claude Opus, output tokens per minute*, 480 (") == 3
    assert "2 more limits of workspaces came as near." in said
    [organization] = places_of([group()], {}, {}, [peak(900)])
    said = render_limits(replace(figures({}), others=tuple(nearly_reached([organization])))).text
    assert "All workspaces together reached 90 % of *Claude Opus, output tokens per minute*, which they share, 900 (" in said
    assert "most of it by `ingest-&lt;prod&gt;`" in said


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


def test_of_what_no_report_tells_nothing_is_said_to_be_without_traffic() -> None:
    said = render_limits(figures({}, replace(group("Batches"), name="Batches", models=()))).text
    assert "no report tells their traffic by minute" in said
    assert "no traffic" not in said


def test_what_is_not_known_of_the_newest_day_is_said_by_itself() -> None:
    found = replace(figures({("rl_opus", "output_tokens"): peak(850)}), missing_today=20, missing=30)
    assert "20 of the last 24 hours and 30 hours of the last 30 days not known yet" in render_limits(found).text
    now = TEN + timedelta(minutes=15)
    read = [TEN - n * HOUR for n in range(2, 9)]
    assert missing_hours(read, now, timedelta(hours=24)) == 16


def test_a_limit_that_was_nearly_reached_says_why_requests_may_be_refused_below_it() -> None:
    for value, wanted in ((790, False), (850, True), (1000, False)):
        said = render_limits(figures({("rl_opus", "output_tokens"): peak(value)})).text
        assert ("429 may come below 100 %" in said) is wanted
    chart = limits_chart(figures({("rl_opus", "output_tokens"): peak(850)}))
    assert chart
    assert "(UTC)" in chart.title
    assert "(UTC)" in chart.native_title


def test_whose_key_it_is_is_offered_to_whom_it_may_be_shown() -> None:
    found = figures({("rl_opus", "output_tokens"): peak(850)})
    for key_id, wanted in (("", []), ("apikey_1", ["apikey_1"])):
        elements = render_limits(found, key_id=key_id).blocks[-1]["elements"]
        assert [one["value"] for one in elements if one["action_id"] == "show_key"] == wanted


def test_anthropic_is_told_of_the_whole_organization_by_who_sees_it() -> None:
    found = figures({("rl_opus", "output_tokens"): peak(850)})
    own = tuple(replace(line, is_own=True) for line in found.lines)
    for one, wanted in (
        (found, True),
        (replace(found, asked=Asked("w1"), level="workspace"), True),
        (replace(found, asked=Asked("w1"), level="workspace", lines=own), False),
        (replace(found, asked=Asked("w1"), level="workspace", sees_all=False), False),
        (replace(found, level="key", sees_all=False), False),
    ):
        buttons = [button["action_id"] for button in render_limits(one).blocks[-1]["elements"]]
        assert ("limits_tell" in buttons) is wanted
    for level in ("workspace", "key"):
        with pytest.raises(NotAllowed, match="you see only a part"):
            render_for_anthropic(replace(found, level=level))
