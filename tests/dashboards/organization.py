"""The organization's dashboard: what is spent, used and allowed.

A gauge is the largest over replicas, because for a moment two of them may tell it; a rate is summed.
Denominators are above 0: a share of nothing has no value.
"""

from tests.dashboards.shape import Dashboard, Panel, Row

_NAMED = " * on (workspace_id) group_left (workspace_name) max by (workspace_id, workspace_name) (claude_org_workspace_info)"
_LATE = "By the hour in which the report told it, which is some hours late. A revision downwards shows in the gauges only."
_SCOPED = 'label_replace(max by (scope) ({}{{scope!="organization"}}), "workspace_id", "$1", "scope", "(.*)")'
_CODE = "By the hour in which Claude Code's daily report told it."


def _share(part: str, whole: str) -> str:
    return f"{part} / ({whole} > 0)"


def _hourly(metric: str, by: str) -> tuple[tuple[str, str], ...]:
    return ((f"sum by ({by}) (increase({metric}[$__interval]))", f"{{{{{by}}}}}"),)


def _each(query: str) -> tuple[tuple[str, str], ...]:
    """Return a query by workspace with names, and with ids where no name is told."""
    nameless = f"{query} unless on (workspace_id) claude_org_workspace_info"
    return ((query + _NAMED, "{{workspace_name}}"), (nameless, "{{workspace_id}}"))


SPEND = Row("Spend", (
    Panel("Today so far", "stat", (("max(claude_org_all_cost_today_usd)", ""),), "currencyUSD", 5, 4,
          "The running UTC day; provisional.", decimals=2),
    Panel("Yesterday", "stat", (("max(claude_org_all_cost_yesterday_usd)", ""),), "currencyUSD", 5, 4, decimals=2),
    Panel("Yesterday's figures", "stat", (("max(claude_org_cost_yesterday_final)", ""),), width=4, height=4,
          words=(("1", "final"), ("0", "may still change"))),
    Panel("Month to date", "stat", (("max(claude_org_all_cost_month_to_date_usd)", ""),), "currencyUSD", 5, 4,
          "The running UTC month; provisional.", decimals=2),
    Panel("Figures reach to", "stat", (('1000 * (time() - max(claude_org_report_age_seconds{report="cost"}))', ""),),
          "dateTimeAsIso", 5, 4, "Until when the report of costs tells. No data: nothing was read, which isn't no spend."),
    Panel("Month to date by workspace", "bars",
          (("sort_desc(max by (workspace_id) (claude_org_cost_month_to_date_usd)" + _NAMED + ")", "{{workspace_name}}"),),
          "currencyUSD", decimals=2),
    Panel("Today by model", "bars",
          (("sort_desc(sum by (gen_ai_response_model) (max without (instance, job) (gen_ai_cost)) / 100)",
            "{{gen_ai_response_model}}"),), "currencyUSD", about="The running UTC day; provisional.", decimals=2),
    Panel("Yesterday by workspace", "bars",
          (("sort_desc(max by (workspace_id) (claude_org_cost_yesterday_usd)" + _NAMED + ")", "{{workspace_name}}"),),
          "currencyUSD", decimals=2),
    Panel("Spend of the running day", "lines",
          (("max by (workspace_id) (claude_org_cost_today_usd)" + _NAMED, "{{workspace_name}}"),), "currencyUSD",
          about="Each UTC day begins at nothing."),
    Panel("Spend by model", "columns", _hourly("claude_org_cost_usd_total", "model"), "currencyUSD", about=_LATE),
    Panel("Spend by type of token", "columns", _hourly("claude_org_cost_usd_total", "token_type"), "currencyUSD",
          about=_LATE),
    Panel("Discount on list prices", "lines",
          (("1 - " + _share("sum(increase(claude_org_cost_usd_total[1d]) and increase(claude_org_list_cost_usd_total[1d]))",
                           "sum(increase(claude_org_list_cost_usd_total[1d]))"),
            "discount"),), "percentunit", about="Of the last 24 hours, where list prices are told."),
    Panel("Figures behind now", "lines", (("max by (report) (claude_org_report_age_seconds)", "{{report}}"),), "s"),
))  # fmt: skip
USE = Row("Tokens and requests", (
    Panel("Tokens by type", "columns", _hourly("claude_org_tokens_total", "token_type"), about=_LATE),
    Panel("Requests by model", "columns", _hourly("claude_org_requests_total", "model"), about=_LATE),
    Panel("Tokens by model", "columns", _hourly("gen_ai_usage_tokens_total", "gen_ai_response_model"), about=_LATE),
    Panel("Share of input read from the cache", "lines",
          ((_share('sum(increase(claude_org_tokens_total{token_type="cache_read"}[1d]))',
                   'sum(increase(claude_org_tokens_total{token_type!="output"}[1d]))'), "cache read"),),
          "percentunit", about="Of the last 24 hours.", top=1),
))  # fmt: skip
LIMITS = Row("Limits", (
    Panel("Spend limits used", "bars",
          (*_each('max by (workspace_id) (claude_org_spend_limit_used_ratio{scope_type="workspace"})'),
           ('max(claude_org_spend_limit_used_ratio{scope_type="organization"})', "organization")),
          "percentunit", 8, about="Of the running UTC month, against the limits that the bot keeps.", top=1),
    Panel("Spend limits", "bars",
          (*_each('max by (workspace_id) (claude_org_spend_limit_usd{scope_type="workspace"})'),
           ('max(claude_org_spend_limit_usd{scope_type="organization"})', "organization")), "currencyUSD", 8),
    Panel("Spend limits that Claude keeps", "bars",
          (*_each('max by (workspace_id) (claude_org_console_spend_limit_usd{scope_type="workspace"})'),
           ('max by (scope_type) (claude_org_console_spend_limit_usd{workspace_id=""})', "{{scope_type}}")),
          "currencyUSD", 8, about="By month, where the organization has the preview that tells them."),
    Panel("Budgets used", "bars",
          (*_each(_SCOPED.format("claude_org_budget_used_ratio")),
           ('max(claude_org_budget_used_ratio{scope="organization"})', "organization")), "percentunit",
          about="Of the running UTC month, against the amounts that channels watch.", top=1),
    Panel("Budgets", "bars",
          (*_each(_SCOPED.format("claude_org_budget_usd")),
           ('max(claude_org_budget_usd{scope="organization"})', "organization")), "currencyUSD"),
    Panel("Rate limits: busiest minute of 24 hours", "bars",
          (("sort_desc(max by (model_group, limit_type) (claude_org_rate_limit_peak)"
            " / (max by (model_group, limit_type) (claude_org_rate_limit) > 0))", "{{model_group}} {{limit_type}}"),),
          "percentunit", height=10, about="Against what the organization may do per minute.", top=1),
    Panel("Rate limits of workspaces: busiest minute of 24 hours", "bars",
          (("sort_desc(max by (workspace_id, model_group, limit_type) (claude_org_workspace_rate_limit_peak)"
            " / (max by (workspace_id, model_group, limit_type) (claude_org_workspace_rate_limit) > 0)" + _NAMED + ")",
            "{{workspace_name}} {{model_group}} {{limit_type}}"),),
          "percentunit", height=10, about="Of workspaces with lower limits of their own.", top=1),
))  # fmt: skip
CODE = Row("Claude Code", (
    Panel("Sessions", "columns", _hourly("claude_code_analytics_sessions_total", "terminal_type"), about=_CODE),
    Panel("Commits and pull requests", "columns",
          (("sum(increase(claude_code_analytics_commits_total[$__interval]))", "commits"),
           ("sum(increase(claude_code_analytics_pull_requests_total[$__interval]))", "pull requests")), about=_CODE),
    Panel("Lines of code", "columns",
          (("sum(increase(claude_code_analytics_lines_added_total[$__interval]))", "added"),
           ("sum(increase(claude_code_analytics_lines_removed_total[$__interval]))", "removed")), about=_CODE),
    Panel("Accepted proposals", "lines",
          ((_share("sum(increase(claude_code_analytics_tool_accepts_total[1d]))",
                   "(sum(increase(claude_code_analytics_tool_accepts_total[1d]))"
                   " + sum(increase(claude_code_analytics_tool_rejects_total[1d])))"), "accepted"),),
          "percentunit", about="Of what tools proposed within 24 hours.", top=1),
    Panel("Estimated cost by model", "columns", _hourly("claude_code_analytics_cost_usd_total", "model"), "currencyUSD", 24,
          about=f"An estimate of Claude Code, never the bill. {_CODE}"),
))  # fmt: skip
ORGANIZATION = Dashboard(
    "quartermaster-organization",
    "Claude organization",
    "What the Claude organization spends, uses and may use, from Quartermaster's ledger. Days and months are UTC.",
    "now-7d",
    (SPEND, USE, LIMITS, CODE),
)
