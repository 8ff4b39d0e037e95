"""An organization of any size: members, workspaces and keys beside those of the sandbox."""

from datetime import UTC, datetime

from bot.sandbox.claude.organization import ClaudeOrganization
from bot.sandbox.claude.records import ApiKey, Principal, User, Workspace

SIZES = {"members": 5_000, "workspaces": 100, "keys": 1_000}
"""What a large company has; each is compared with a tenth of it."""
_MADE = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


def grow(claude: ClaudeOrganization, *, members: int, workspaces: int, keys: int) -> None:
    """Add what is missing up to these numbers; the keys are spread over workspaces and members."""
    for n in range(members - len(claude.users)):
        member = User(f"user_grown{n:05d}", f"grown{n:05d}@acme.test", f"Grown {n:05d}", "developer", _MADE)
        claude.users[member.id] = member
    for n in range(workspaces - len(claude.workspaces)):
        place = Workspace(f"wrkspc_grown{n:04d}", f"Grown {n:04d}", _MADE, "#6C5BB9", f"compartment-{n}")
        claude.workspaces[place.id] = place
    places, people = sorted(claude.workspaces), sorted(claude.users)
    for n in range(keys - len(claude.keys)):
        maker = Principal(people[n % len(people)], "user")
        key = ApiKey(f"apikey_grown{n:05d}", f"grown-{n:05d}", places[n % len(places)], _MADE, "sk-ant-api03-A...9", maker)
        claude.keys[key.id] = key
