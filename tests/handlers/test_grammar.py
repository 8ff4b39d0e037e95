"""Typed lines as people write them, each with what it says: no word is swallowed, and what isn't known is named."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands.parse import split_words
from handlers.clauses import Name, Slot, SlotType
from handlers.line_names import organization_roles
from handlers.lines import Line, read_line
from handlers.unread import slip_of_place

MONDAY = date(2026, 11, 23)
_NAMED = (
    "Staging,Production,Data Platform,For Sale,Art for All,The Lab,May,and,Research,Research and Development,Team 3,"
    "Friday Lab,To Do,Twin,twin,Same,Same"
).split(",")
_PLACES = tuple(Name(f"w{n}", name) for n, name in enumerate(_NAMED))
_WHOLE = Name("organization", "Whole", ("org", "all", "all workspaces"))
_KEYS = tuple(
    Name(f"k{n}", name)
    for n, name in enumerate(("ingest-prod", "gateway", "nightly job", "for sale", "because", "nightly", "key nightly"))
)
_MEMBERS = ("Sofia Rossi", "Priya Nair", "Mei Chen", "Priya Chen")
_PEOPLE = (
    Name("U9", "me", ("myself",)),
    *(Name(f"user_{n}", name, (f"{name.split()[0]}@acme.test", name.split()[0])) for n, name in enumerate(_MEMBERS)),
)
_ROLES = (
    Name("workspace_user", "User", ("workspace user",)),
    Name("workspace_developer", "Developer", ("workspace developer",)),
    Name("none", "No access", ("no access", "remove")),
)
_MODELS = (Name("m1", "Opus 5.x", ("opus 5.5",)), Name("m2", "Opus 4.x"), Name("m3", "Fable 5.x"))
_LIMITERS = (Name("requests", "Requests", ("rpm",)), Name("input", "Input tokens"))
_DETAILS = (Name("name", "Name", ("rename",)), Name("owner", "Owner"), Name("colour", "Colour"))


def slot(name: str, type: SlotType, *names: Name) -> Slot:
    return Slot(name, type, name.capitalize(), names)


WHERE, WHO, WHICH = slot("where", "workspace", *_PLACES), slot("who", "person", *_PEOPLE), slot("key", "key", *_KEYS)
FORMS = {
    "request": (WHERE, slot("name", "new")),
    "disable": (WHICH,),
    "rename": (WHICH, slot("name", "value")),
    "create": (slot("name", "new"), Slot("limit", "amount", "Limit", own_leads=("limit", "budget"))),
    "update": (WHERE, slot("value", "value"), slot("detail", "choice", *_DETAILS)),
    "archive": (WHERE,),
    "access": (WHERE, WHO, slot("role", "choice", *_ROLES)),
    "limit": (slot("where", "workspace", _WHOLE, *_PLACES), slot("amount", "limit")),
    "rate": (WHERE, slot("models", "lookup", *_MODELS), slot("of", "choice", *_LIMITERS), slot("value", "count")),
    "role": (WHO, slot("role", "choice", *organization_roles())),
    "remove": (slot("member", "member", *_PEOPLE),),
    "invite": (
        slot("emails", "addresses"),
        Slot("role", "choice", "Role", organization_roles(), leads=("as", "role")),
        slot("joins", "workspaces", *_PLACES),
    ),
}
_REASONS = {"request": ("for", "to"), "invite": ("for", "to"), "create": (), "update": ()}
_ENDS = ("request", "access", "limit", "rate", "role")


def line_of(form: str, typed: str) -> Line:
    return read_line(split_words(typed), FORMS[form], MONDAY if form in _ENDS else None, _REASONS.get(form, ("for",)))


def said(form: str, typed: str) -> str:
    """Return in a line what was read, by field, as people call it."""
    line = line_of(form, typed)
    if line.problem:
        return line.problem.partition(".")[0]
    labels = line.labels
    found = {name: labels.get(name, value) for name, value in line.values.items()}
    found |= {name: " + ".join(labels.get(one, one) for one in many) for name, many in line.several.items()}
    found |= {"until": found.get("ends_on", ""), "why": found.get("reason", "")}
    found |= {"unknown": f"{line.asked.name}? {' '.join(line.unknown)}"} if line.asked else {}
    order = [*(one.name for one in FORMS[form]), "until", "why", "unknown"]
    parts = [f"{name} {found[name]}" for name in order if found.get(name)]
    what = "which" if "are called" in line.note else "not used"
    parts += [f"{what} {line.note.split('*')[1]}"] if line.note else []
    return " | ".join([*parts, *([] if line.end.is_sure else ["ends?"]), *([] if line.is_sure else ["sure?"])])


LINES = {
    "request": """
a key =>
Staging my-key => where Staging | name my-key
my-key in Staging => where Staging | name my-key
a key called my-key for tests in Staging => where Staging | name my-key | why for tests
for Staging my-key to test => where Staging | name my-key | why to test
workspace=Staging name=my-key => where Staging | name my-key
my-key, Staging => where Staging | name my-key
my-key Staging we need it because x => where Staging | name my-key | why we need it because x
my-key in Staging, by the crawler => where Staging | name my-key | why by the crawler
my-key in Staging for 2 weeks for the demo => where Staging | name my-key | until 2026-12-07 | why for the demo
my-key until tomorrow in Staging => where Staging | name my-key | until 2026-11-24
my-key in Staging till xmas => where Staging | name my-key | why till xmas | ends?
my-key Staging 30 days => where Staging | name my-key | until 2026-12-23 | ends?
my-key For Sale => where For Sale | name my-key
my-key in For Sale for the shop => where For Sale | name my-key | why for the shop
my-key in the The Lab => where The Lab | name my-key
my-key for Art for All => where Art for All | name my-key
May my-key => where May | name my-key
Friday Lab my-key until Friday => where Friday Lab | name my-key | until 2026-11-27
my-key in Research and Development => where Research and Development | name my-key
my-key in twin => where twin | name my-key
my-key in TWIN => name my-key | which TWIN
my-key for Production for the deploy => where Production | name my-key | why for the deploy
my-key for Staging tests => name my-key | why for Staging tests
my-key in Staging and Production => A request is about one workspace
my-key in Stagin => unknown where? Stagin
my-key in dataplatform => unknown where? dataplatform
Stagin my-key => name Stagin my-key
nightly job => name nightly job
a key please =>
my-key to test => name my-key | why to test
report for May in Staging => where Staging | name report | why for May | ends?
because tests => why because tests
my-key - for tests - in Staging => where Staging | name my-key | why for tests -
my-key in Staging so that we can test => where Staging | name my-key | why so that we can test
    """,
    "disable": """
ingest-prod => key ingest-prod
the ingest-prod key => key ingest-prod
ingest-prod key, it leaked => key ingest-prod | why it leaked
ingest-prod, it leaked => key ingest-prod | why it leaked
ingest-prod: it leaked => key ingest-prod | why it leaked
ingest-prod because it leaked => key ingest-prod | why because it leaked
nightly job it leaked => key nightly job | why it leaked
because because => key because | why because
for sale for maintenance => key for sale | why for maintenance
ingest-prod and gateway => A request is about one key
ingest-prod, gateway => A request is about one key
ingest-prod gateway => A request is about one key
ingest-prod please => key ingest-prod
ingest-prod in Production => key ingest-prod | why in Production
ingest-prd because it leaked => why because it leaked | unknown key? ingest-prd
the key for the launch => why for the launch
the key nightly because x => why because x
nightly because x => key nightly | why because x
all unused keys => unknown key? all unused keys
    """,
    "rename": """
ingest-prod to ingest2 => key ingest-prod | name ingest2
the ingest-prod key to new because x => key ingest-prod | name new | why because x
ingest-prod to for sale => key ingest-prod | name for sale
for sale to to sell => key for sale | name to sell
nightly job weekly => key nightly job | name weekly
ingest-prod to => key ingest-prod
gateway to "gw 2" it is old => key gateway | name gw 2 | why it is old
gateway to gw2 and ingest-prod to ip2 => key gateway | not used gw2 and ingest-prod to ip2
gateway to gw2, nightly job to nj => key gateway | not used gw2, nightly job to nj
gateway to gw2 and more => key gateway | name gw2 and more
gateway to gw2 because ingest-prod to ip2 failed => key gateway | name gw2 | why because ingest-prod to ip2 failed
ingst-prod to ingest2 => unknown key? ingst-prod to ingest2
    """,
    "create": """
a new workspace named Checkout because of the shop => name Checkout | why because of the shop
Workspace Tools => name Workspace Tools
Art for Everyone => name Art for Everyone
Speech to Text => name Speech to Text
Checkout - for the shop => name Checkout | why for the shop
"Checkout EU" limit 500 => name Checkout EU | limit 500
"Checkout EU" it is new => name Checkout EU | why it is new
"Checkout EU" 500 => name Checkout EU | why 500
a workspace called "Rate limit 2" with a limit of $2,000 because x => name Rate limit 2 | limit $2,000 | why because x
Checkout EU with a monthly limit of 2k => name Checkout EU | limit 2k
limit 500 Checkout => name Checkout | limit 500
budget: 500 Checkout 2 => name Checkout 2 | limit 500
Checkout 2 => name Checkout 2
Budget 2027 => name Budget 2027
Budget 2027 limit 500 => name Budget 2027 | limit 500
500 Checkout => name 500 Checkout
Checkout with limit => name Checkout with limit
Checkout limit 500 limit 600 => I read two numbers for one limit: write one, and put a name with a number in quotation marks
Team Budget 2027 limit 300 => I read two numbers for one limit: write one, and put a name with a number in quotation marks
"Team Budget 2027" limit 300 => name Team Budget 2027 | limit 300
    """,
    "update": """
rename Staging to Workspace Tools => where Staging | value Workspace Tools | detail Name
rename For Sale to Art for Some, because x => where For Sale | value Art for Some | detail Name | why because x
rename Stagin to Foo => detail Name | unknown where? Stagin to Foo
owner of Staging to dana@acme.test => where Staging | value dana@acme.test | detail Owner
colour Staging purple => where Staging | value purple | detail Colour
Staging team=data => where Staging | value team=data
rename Staging to => where Staging | detail Name
rename Staging to Test and Production to Live => where Staging | detail Name | not used Test and Production to Live
rename the Staging workspace to Foo => where Staging | value Foo | detail Name
    """,
    "archive": """
Staging it is empty => where Staging | why it is empty
the Staging workspace => where Staging
For Sale for good => where For Sale | why for good
Staging all of it is in Production => where Staging | why all of it is in Production
Staging and Production => A request is about one workspace
Staging, Production => A request is about one workspace
Staging Production => A request is about one workspace
Staging, Production replaces it => where Staging | why Production replaces it
Same => which Same
Stagin => unknown where? Stagin
    """,
    "access": """
Staging <@U1> developer => where Staging | who U1 | role Developer
<@U1> developer in For Sale for the shop => where For Sale | who U1 | role Developer | why for the shop
for Sofia Rossi in Staging as user since Priya left => where Staging | who Sofia Rossi | role User | why since Priya left
Sofia Staging user as Priya asks => where Staging | who Sofia Rossi | role User | why as Priya asks
Staging user replaces Priya => where Staging | role User | why replaces Priya
Staging user because <@U2> joins us => where Staging | who U2 | role User | why because <@U2> joins us | sure?
remove <@U1> from Staging tomorrow => where Staging | who U1 | role No access | until 2026-11-24 | ends?
<@U1> access to To Do => where To Do | who U1
developer access to <@U1> in Staging => where Staging | who U1 | role Developer
<@U1> May user until Friday => where May | who U1 | role User | until 2026-11-27
Priya Staging user => 2 people are called *Priya*
<@U1> <@U2> Staging user => A request is about one person
<@U1> and <@U2> Staging user => A request is about one person
Staging <@U1> wizard => where Staging | who U1 | unknown role? wizard
Stagin <@U1> developer => who U1 | unknown where? Stagin developer | sure?
to Staging please => where Staging
<@U1> and developer => where and | who U1 | role Developer
Team 3 <@U1> user 3 days => where Team 3 | who U1 | role User | until 2026-11-26 | ends?
Staging, <@U1> , user, because x => where Staging | who U1 | role User | why because x
Staging for me as user => where Staging | who me | role User
Staging <@U1> user, <@U2> developer => A request is about one person
Staging <@U1> user, Production <@U1> user => A request is about one workspace
Staging <@U1> user and developer => I can't ask for two at once
    """,
    "limit": """
Staging 500 => where Staging | amount 500
$500 for Staging as agreed => where Staging | amount $500 | why as agreed
the spend of Staging to 2k => where Staging | amount 2k
500 dollars a month in Staging until 31 Dec => where Staging | amount 500 dollars a month | until 2026-12-31
Staging 1 000 => where Staging | amount 1 000
Staging 500 EUR => where Staging | amount 500 EUR
Staging €500 => where Staging | amount €500
Staging -500 => where Staging | amount -500
Staging unlimited => where Staging | amount unlimited
Staging five hundred => where Staging | why five hundred
Staging by 500 => where Staging | amount by 500
by 500 Staging for the demo => where Staging | amount by 500 | why for the demo
the limit of Staging by $500 => where Staging | amount by $500
Staging 500 more => where Staging | amount by 500
Staging +10% => where Staging | amount +10%
org 5k => where Whole | amount 5k
all workspaces 5k => where Whole | amount 5k
500 needed in all cases in Staging => where Staging | amount 500 | why needed in all cases | sure?
500 Staging all of it is in Production => where Staging | amount 500 | why all of it is in Production
Team 3 to 3k => where Team 3 | amount 3k
For Sale to 500 for the shop => where For Sale | amount 500 | why for the shop
Staging Production 500 => A request is about one workspace
Staging and Production 500 => A request is about one workspace
Staging to 500, Production to 600 => A request is about one workspace
500 Staging and 600 Production => A request is about one workspace
Staging 500, Production has 600 => where Staging | amount 500 | why Production has 600
workspace=Staging amount=500 => where Staging | amount 500
Stagin 500 => unknown where? Stagin 500
Stagin 500 in December => unknown where? Stagin 500 in December | ends?
500 needed in all cases in Stagin => amount 500 | unknown where? Stagin
Staging 500 by Friday => where Staging | amount 500 | why by Friday | ends?
Staging by 31 Dec => where Staging | why by 31 Dec | ends?
Staging by 10% => where Staging | amount by 10%
Staging max 500 => where Staging | amount 500
Staging max => where Staging | amount max
Staging 500 to 600 => I read two numbers for one limit
Staging 500 or 600 => I read two numbers for one limit
Staging 500 as 300 is too low => where Staging | amount 500 | why as 300 is too low
up to 500 for Staging => where Staging | amount 500
    """,
    "rate": """
Staging opus 5.5 rpm 2k => where Staging | models Opus 5.x | of Requests | value 2k
2k rpm for Opus 5.x in Staging, fair => where Staging | models Opus 5.x | of Requests | value 2k | why fair
fable rpm 1 000 For Sale until 31 Dec => where For Sale | models Fable 5.x | of Requests | value 1 000 | until 2026-12-31
Staging opus rpm 2k => where Staging | unknown models? opus rpm 2k
Staging fable speed 2k => where Staging | models Fable 5.x | unknown of? speed 2k
Staging fable rpm 2k, Opus 5.x rpm 3k => I can't ask for two at once
Staging fable rpm 2k a minute, fair => where Staging | models Fable 5.x | of Requests | value 2k a minute | why fair
Staging fable rpm 2k per day, fair => where Staging | models Fable 5.x | of Requests | value 2k per day | why fair
Staging: fable, rpm, 2k => where Staging | models Fable 5.x | of Requests | value 2k
    """,
    "role": """
<@U1> developer for the migration => who U1 | role developer | why for the migration
developer <@U1> => who U1 | role developer
<@U1> = developer => who U1 | role developer
of <@U1> to billing => who U1 | role billing
<@U1> 's role to billing => who U1 | role billing
the developer role to <@U1> => who U1 | role developer
<@U1> developer role until Friday => who U1 | role developer | until 2026-11-27
<@U1> Claude Code user => who U1 | role claude_code_user
<@U1> billing member, year end => who U1 | role billing | why year end
<@U1> billing - she does the books => who U1 | role billing | why she does the books
<@U1> billing reason: books => who U1 | role billing | why books
<@U1> developer, <@U2> billing => A request is about one person
<@U1> developer <@U2> asks for it => who U1 | role developer | why <@U2> asks for it
<@U1> and <@U2> developer => A request is about one person
<@U1> admin => who U1 | role admin
developer because <@U1> asked => who U1 | role developer | why because <@U1> asked | sure?
developer => role developer
<@U1> develper => who U1 | unknown role? develper
Pria developer => unknown role? Pria developer
Sofia to developer for tests => who Sofia Rossi | role developer | why for tests
<@U1> : developer because x => who U1 | role developer | why because x
<@U1> developer or billing => I can't ask for two at once
<@U1> not developer => who U1 | unknown role? not developer
myself developer => who me | role developer
    """,
    "remove": """
<@U1> she left => member U1 | why she left
Sofia, she left => member Sofia Rossi | why she left
the member Mei Chen because she left => member Mei Chen | why because she left
<@U1> from Staging => member U1 | why from Staging
<@U1> and <@U2> => A request is about one person
Priya => which Priya
Pria => unknown member? Pria
    """,
    "invite": """
kim@acme.test as a developer in Staging => emails kim@acme.test | role developer | joins Staging
kim@acme.test to For Sale => emails kim@acme.test | joins For Sale
kim@acme.test into For Sale as dev for the shop => emails kim@acme.test | role developer | joins For Sale | why for the shop
kim@acme.test in Art for All and Staging => emails kim@acme.test | joins Art for All + Staging
kim@acme.test in Research and Development and May => emails kim@acme.test | joins Research and Development + May
kim@acme.test in Research and Staging => emails kim@acme.test | joins Research + Staging
kim@acme.test in Staging, Production and To Do => emails kim@acme.test | joins Staging + Production + To Do
kim@acme.test to the workspace Staging => emails kim@acme.test | joins Staging
kim@acme.test, lou@acme.test and max@acme.test as users => emails kim@acme.test + lou@acme.test + max@acme.test | role user
Kim Lee <kim@acme.test> as Claude Code user => emails Kim Lee <kim@acme.test> | role claude_code_user
as developer: kim@acme.test => emails kim@acme.test | role developer
a developer kim@acme.test => emails kim@acme.test | role developer
to Staging kim@acme.test => emails kim@acme.test | joins Staging
kim@acme.test Staging developer => emails kim@acme.test | role developer | joins Staging
kim@acme.test to help with tests => emails kim@acme.test | why to help with tests
kim@acme.test as developer, she joins us => emails kim@acme.test | role developer | why she joins us
kim@acme.test for a move in Staging => emails kim@acme.test | joins Staging | why for a move
kim@acme.test in Stagin as developer => emails kim@acme.test | role developer | unknown joins? Stagin | sure?
kim@acme.test in Same => 2 workspaces are called *Same*
the invite to kim@acme.test => emails kim@acme.test
nina => why nina
nina as developer => role developer | why nina | sure?
kim@acme.test as dev and lou@acme.test as user => An invite has one role
kim@acme.test with access to Staging as developer => emails kim@acme.test | role developer | joins Staging
    """,
}
"""By form, what people type and what is read."""


def rows(form: str) -> list[tuple[str, str]]:
    """Return the lines of a form, each with what is read."""
    found = [row.partition("=>") for row in LINES[form].strip().splitlines()]
    return [(typed.strip(), read.strip()) for typed, _, read in found if typed.strip()]


@pytest.mark.parametrize("form", LINES)
def test_a_line_is_read_as_the_one_who_typed_it_means_it(form: str) -> None:
    assert [(typed, said(form, typed)) for typed, _ in rows(form)] == rows(form)


@given(st.data())
def test_no_word_is_swallowed(data: st.DataObject) -> None:
    form = data.draw(st.sampled_from(list(LINES)))
    words = data.draw(st.sampled_from(rows(form)))[0].split()
    at = data.draw(st.integers(0, len(words)))
    typed = " ".join([*words[:at], "zebra", *words[at:]])
    line = line_of(form, typed)
    is_sent = not line.problem and not line.unknown
    assert not is_sent or "zebra" in said(form, typed)


def test_a_slip_of_a_workspace_beside_a_new_name_is_named() -> None:
    assert "Did you mean *Staging*?" in slip_of_place(("Stagin", "my-key"), FORMS["request"])
    assert not slip_of_place(("search", "staging-2"), FORMS["request"])
