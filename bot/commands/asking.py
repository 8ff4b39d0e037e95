"""How figures are asked for: what the help says, and the words with which people begin. Pure."""

FIGURES = (
    "[today | yesterday | 7d | 30d | this week | last week | mtd | last month | october | 3 Oct to 17 Oct]"
    " [by workspace | model | key]"
)
MORE_FIGURES = (
    "[and day | week | month | tag TAG] [in WORKSPACE] [model opus] [key ingest-*] [for @person] [tag team=VALUE]"
    " [without WORKSPACE] [tokens | requests] [top 5] [over $50] [vs last month]"
)
_PERIODS = (
    "7d 30d today yesterday mtd wtd qtd ytd this last previous prior past current week month quarter year from"
    " between since the our calendar day weekend wk kw cw first second third fourth q1 q2 q3 q4 h1 h2 monday tuesday"
    " wednesday thursday friday saturday sunday mon tue wed thu fri sat sun january february march april may june"
    " july august september october november december jan feb mar apr jun jul aug sep oct nov dec on fortnight"
    " heute gestern diese diesen dieser dieses letzte letzten letzter letztes hoy ayer hier vorgestern"
    " seit depuis desde ab vom du del"
)
"""First words of a period (`bot/spend/ask/periods.py`), numbers apart; a test holds both together."""
_QUESTIONS = (
    "by in for per each daily weekly monthly tokens requests dollars cost costs spend spent usage top largest"
    " over above model models key keys person people product tier workspace workspaces tag how what show"
    " please compare compared vs all lifetime next who which budget budgets"
    " why explain difference diff delta change changed growth grew increase increased decrease decreased rise rose drop"
    " dropped movers variance"
)
"""First words of a question that are no period."""
ASKING = tuple(f"{_PERIODS} {_QUESTIONS}".split())
CODE = "[30d | last week | october | …] [by person | tool | model | terminal | day] [me]"
"""The same of Claude Code."""
