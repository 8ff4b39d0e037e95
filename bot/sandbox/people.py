"""Who lives in the sandbox: the same people in the Slack workspace and in the Claude organization."""

from dataclasses import dataclass

TEAM_ID = "T0ACME"
OTHER_TEAM_ID = "T0GLOBEX"
BOT_USER_ID = "U0QMBOT"
BOT_ID = "B0QMBOT"
APP_ID = "A0QMAPP"


@dataclass(frozen=True)
class Person:
    """One human. `role` is the Claude organization role, None for somebody who is not in the organization."""

    slack_id: str
    handle: str
    name: str
    role: str | None
    title: str = ""
    tz: str = "Europe/Berlin"
    """As Slack tells it; "" where it doesn't."""
    email: str = ""
    team_id: str = TEAM_ID
    guest: bool = False
    stranger: bool = False
    deleted: bool = False
    email_confirmed: bool = True

    @property
    def address(self) -> str:
        """The e-mail address, `handle@acme.test` unless another one is given."""
        return self.email or f"{self.handle}@acme.test"


CAST = (
    Person("U0ALICE", "alice", "Alice Moreno", "developer", "Developer"),
    Person("U0BOB", "bob", "Bob Tanaka", "admin", "Platform admin, may approve"),
    Person("U0CAROL", "carol", "Carol Weiss", "admin", "Second approver", tz="America/Los_Angeles"),
    Person("U0DANA", "dana", "Dana Okafor", "billing", "Finance", tz="America/New_York"),
    Person("U0GUS", "gus", "Gus Hale", None, "Guest", email="gus@contractor.test", guest=True),
    Person(
        "U0EVE", "eve", "Eve Lindqvist", None, "Other company", email="eve@globex.test", team_id=OTHER_TEAM_ID, stranger=True
    ),
)
"""The people whom one can be on the page."""

EDGE_CASES = (
    Person("U0FRANK", "frank", "Frank Ito", "developer", "Left the company", deleted=True),
    Person("U0NINA", "nina", "Nina Petrova", None, "Not in the Claude organization"),
    Person("U0OMAR", "omar", "Omar Haddad", "developer", "E-mail not confirmed", email_confirmed=False),
)

_CROWD = (
    "Priya Nair,Liam Walsh,Sofia Rossi,Noah Klein,Mei Chen,Jonas Berg,Amara Diallo,Lucas Silva,Hana Sato,Ivan Horvat,"
    "Zoe Martin,Ravi Patel,Ella Novak,Tom Becker,Aisha Khan,Diego Ruiz,Nora Lind,Sam Carter,Yuki Mori,Lena Fuchs,"
    "Marco Bianchi,Ines Costa,Adam Kaya,Freya Olsen,Omid Rahimi,Clara Dubois,Pavel Sorok,Maya Cohen,Felix Braun,Rosa Vega,"
    "Kofi Mensah,Anna Nowak,Hugo Laurent"
).split(",")


_ZONES = (
    "Europe/Berlin",
    "Asia/Kathmandu",
    "America/Los_Angeles",
    "Pacific/Kiritimati",
    "Europe/Berlin",
    "Pacific/Apia",
    "",
)
"""Where the crowd sits: on both sides of the date line, at odd minutes, and somewhere that Slack doesn't tell."""


def _crowd() -> tuple[Person, ...]:
    roles = ("developer", "developer", "claude_code_user", "user", "developer")
    return tuple(
        Person(f"U0CROWD{n:02d}", name.split()[0].lower(), name, roles[n % len(roles)], tz=_ZONES[n % len(_ZONES)])
        for n, name in enumerate(_CROWD, 1)
    )


CROWD = _crowd()
EVERYBODY = CAST + EDGE_CASES + CROWD

ADMINS_GROUP = "S0ADMINS"
FINOPS_GROUP = "S0FINOPS"
PLATFORM_GROUP = "S0PLATFORM"
GROUPS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    ADMINS_GROUP: ("claude-admins", "Claude admins", ("U0BOB", "U0CAROL")),
    FINOPS_GROUP: ("finops", "FinOps", ("U0DANA", "U0CAROL")),
    PLATFORM_GROUP: ("platform-team", "Platform team", ("U0BOB", "U0CAROL", *(p.slack_id for p in CROWD[:20]))),
}
"""Slack user groups: id -> (handle, name, member ids)."""

APPROVALS_CHANNEL = "C0APPROVALS"
COSTS_CHANNEL = "C0COSTS"
SHARED_CHANNEL = "C0GLOBEX"
CHANNELS: dict[str, tuple[str, bool]] = {
    "C0GENERAL": ("general", False),
    "C0ENG": ("engineering", False),
    APPROVALS_CHANNEL: ("llm-approvals", False),
    COSTS_CHANNEL: ("llm-costs", False),
    SHARED_CHANNEL: ("acme-globex", True),
}
"""Channels: id -> (name, shared with another company). The bot is a member of the last three and of engineering."""
