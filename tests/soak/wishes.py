"""What somebody may think of: something of any registered kind, filled in field by field as its form asks for it.

What a field takes goes by its name or its type, else it is what the kind's sample has: a kind that is added is asked for,
too.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

from bot.approvals.kind import AnyKind
from bot.forms.fields import MORE, WHOLE, FormField
from bot.kinds.people.change_role import ROLES
from bot.kinds.people.leaving import FATES
from bot.kinds.registry import KINDS
from tests.soak import things
from tests.soak.world import CONSOLE, DEVELOPERS, OTHERS, Soak, member, pool, today

ODDS = {"create_key": 30, "change_role": 12, "create_workspace": 5, "archive_workspace": 4}
"""How often a kind is asked for, of all; any other kind: 7."""
USUAL = 7


class NothingFree(Exception):
    """Everything that a request could be about is what another one is about."""


@dataclass(frozen=True)
class Wish:
    """What somebody asks for: the values of the form, and what it is about, which no other request is about meanwhile."""

    kind: str
    user: str
    reason: str
    values: dict[str, Any]
    about: frozenset[str] = frozenset()
    key_id: str = ""


def wish_for(soak: Soak, dice: Random, number: int) -> Wish | None:
    """Think of something to ask for; None where everything that it could be about is taken."""
    kind = _next_kind(soak, dice)
    wishing = Wishing(soak, dice, KINDS[kind], f"soak-{number:05d}")
    try:
        values = wishing.values()
    except NothingFree:
        return None
    soak.busy |= dict.fromkeys(wishing.about, wishing.reason)
    soak.thought_of.add(kind)
    return Wish(kind, wishing.user, wishing.reason, values, frozenset(wishing.about), wishing.key_id)


def _next_kind(soak: Soak, dice: Random) -> str:
    """Return a kind by chance. Each other time it is one that nobody asked for yet."""
    names = sorted(KINDS)
    asked = Counter(row.kind for row in soak.rows.values())
    missing = [name for name in names if not asked[name] and name not in soak.thought_of]
    if missing and dice.random() < 0.5:
        return dice.choice(missing)
    (kind,) = dice.choices(names, [ODDS.get(name, USUAL) for name in names])
    return kind


@dataclass
class Wishing:
    """One wish while it is thought out."""

    soak: Soak
    dice: Random
    kind: AnyKind
    reason: str
    user: str = ""
    about: set[str] = field(default_factory=set[str])
    key_id: str = ""
    named: str = ""
    """The name of what it is about, as somebody types it to confirm."""
    chosen: dict[str, Any] = field(default_factory=dict[str, Any])

    def values(self) -> dict[str, Any]:
        """Return what is put into the form; NothingFree where it could be about nothing."""
        self.user = self.dice.choice(DEVELOPERS)
        for one in self.kind.form:
            value = self._value(one)
            if value:
                self.chosen[one.name] = value
        return {name: value for name, value in self.chosen.items() if name != "key_id"}

    def _value(self, one: FormField) -> Any:
        make = OF_FIELD.get((self.kind.name, one.name)) or BY_NAME.get(one.name) or BY_TYPE.get(one.type)
        return make(self, one) if make else self._as_in_sample(one)

    def _as_in_sample(self, one: FormField) -> Any:
        wanted = getattr(self.kind.sample.payload, one.name, None)
        return list(wanted) if isinstance(wanted, tuple) else str(wanted) if wanted else None  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]

    def take(self, *names: str) -> None:
        """Claim what the request is about."""
        if any(name in self.soak.busy for name in names):
            raise NothingFree
        self.about |= set(names)

    def one_of(self, found: list[Any]) -> Any:
        """Return one of these; NothingFree where there is none."""
        if not found:
            raise NothingFree
        return self.dice.choice(found)

    def key(self, _field: FormField) -> str:
        """Choose a key that may be asked for."""
        given = self.kind.sample.given.get("status")
        states = (given,) if given else ("active", "inactive")
        key = self.one_of([key for key in pool(self.soak) if key.state in states])
        self.take(key.id)
        self.key_id, self.named = key.id, key.name
        return key.id

    def place(self, _field: FormField) -> str:
        """Choose a workspace that requests change; others may change something else of it."""
        free = [one for one in things.sites(self.soak) if f"{self.kind.name}:{one.id}" not in self.soak.busy]
        site = self.one_of(free)
        self.take(f"{self.kind.name}:{site.id}")
        self.named = site.name
        return site.id

    def new_key_place(self, _field: FormField) -> str:
        """Choose where a key is made: where one approval is enough, or two, or where a person makes it."""
        (name,) = self.dice.choices(("Staging", "Production", "Research", CONSOLE), (5, 3, 2, 3))
        return self.soak.claude.workspace_named(name).id

    def attic(self, _field: FormField) -> str:
        """Choose a workspace that may go."""
        attic = self.one_of([one for one in things.attics(self.soak) if one.id not in self.soak.busy])
        self.take(attic.id)
        self.named = attic.name
        return attic.id

    def limited(self, one: FormField) -> str:
        """Choose what gets a spend limit."""
        if self.dice.random() < 0.9:
            return self.place(one)
        self.take(f"{self.kind.name}:{WHOLE}")
        return WHOLE

    def person(self, _field: FormField) -> str:
        """Choose somebody who neither asks nor approves, and of whom nothing else changes meanwhile."""
        free = [one.slack_id for one in OTHERS if one.slack_id not in self.soak.busy]
        if self.kind.has_workspace:  # a billing member has their access by that role
            free = [one for one in free if member(self.soak, one).role != "billing"]
        person = self.one_of(free)
        self.take(person)
        return person

    def other_role(self, _field: FormField) -> str:
        """Choose another role in the organization."""
        return self.dice.choice(sorted(set(ROLES) - {member(self.soak, self.chosen["slack_id"]).role}))

    def other_access(self, one: FormField) -> str:
        """Choose another role in the workspace; the last admin stays one."""
        has = things.role_in(self.soak, self.chosen["workspace_id"], member(self.soak, self.chosen["slack_id"]).id)
        return self.dice.choice(sorted({value for value, _ in one.choices} - {has}))

    def leaver(self, _field: FormField) -> dict[str, Any]:
        """Choose somebody who leaves, as the list shows them."""
        free = [user for user in things.leavers(self.soak) if user.id not in self.soak.busy]
        user = self.one_of(free)
        self.take(user.id)
        option = {"text": {"type": "plain_text", "text": user.name}, "value": user.id}
        return {"type": "external_select", "selected_option": option}

    def heir(self, _field: FormField) -> str | None:
        """Choose who gets the keys, where they are kept."""
        return self.dice.choice(DEVELOPERS) if self.chosen["fate"] == "keep" else None

    def addresses(self, _field: FormField) -> str:
        """Think of one or two people to invite."""
        return ", ".join(f"{self.reason}-{n}@acme.test" for n in range(self.dice.choice((1, 1, 2))))

    def joined(self, _field: FormField) -> list[str] | None:
        """Choose a workspace to join, which any invite may name."""
        is_joining = self.chosen["role"] != "billing" and self.dice.random() < 0.5
        return [self.dice.choice(things.sites(self.soak)).id] if is_joining else None

    def joined_as(self, one: FormField) -> str | None:
        """Choose the role there."""
        return self.choice(one) if "join_ids" in self.chosen else None

    def invite(self, _field: FormField) -> str:
        """Choose an invite that waits."""
        invite_id = self.one_of([one for one in things.pending_invites(self.soak) if one not in self.soak.busy])
        self.take(invite_id)
        return self.soak.claude.invites[invite_id].email

    def new_workspace(self, _field: FormField) -> str:
        """Think of a name, while there is room for more workspaces."""
        if things.open_workspaces(self.soak) > things.MOST_WORKSPACES:
            raise NothingFree
        return self.reason

    def some(self, one: FormField) -> list[str]:
        """Choose up to two of several choices."""
        return [value for value, _ in self.dice.sample(one.choices, self.dice.randint(0, 2))]

    def people(self, _field: FormField) -> list[str]:
        """Choose up to two people."""
        return self.dice.sample(DEVELOPERS, self.dice.randint(0, 2))

    def amount(self, one: FormField) -> str | None:
        """Think of an amount that nothing else has."""
        return None if one.optional and self.dice.random() < 0.5 else f"{self.dice.randint(1000, 90_000)}"

    def new_value(self, _field: FormField) -> str:
        """Think of a value for a detail of a workspace."""
        detail = self.chosen["detail"]
        colour = f"#{self.dice.randrange(2**24):06X}"
        return {"colour": colour, "other": f"team={self.reason}"}.get(detail, f"of {self.reason}")

    def group(self, _field: FormField) -> str:
        """Choose a group of models."""
        limits = self.soak.claude.rate_limits.values()
        return self.dice.choice([one.id for one in limits if one.kind == "model_group"])

    def choice(self, one: FormField) -> str:
        """Choose one."""
        return self.dice.choice([value for value, _ in one.choices])

    def end(self, _field: FormField) -> str | None:
        """Choose a last day, or none."""
        odds = {"create_key": 0.2, "change_role": 0.4}.get(self.kind.name, 0.3)
        days = self.dice.randint(1, 3)
        return (today(self.soak) + timedelta(days=days)).isoformat() if self.dice.random() < odds else None


Make = Callable[[Wishing, FormField], Any]
OF_FIELD: dict[tuple[str, str], Make] = {
    ("create_key", "workspace_id"): Wishing.new_key_place,
    ("archive_workspace", "workspace_id"): Wishing.attic,
    ("set_spend_limit", "workspace_id"): Wishing.limited,
    ("change_role", "role"): Wishing.other_role,
    ("workspace_access", "role"): Wishing.other_access,
    ("rename_key", "name"): lambda wishing, _: f"renamed-{wishing.reason}",
    ("create_key", "name"): lambda wishing, _: wishing.reason,
    ("create_workspace", "name"): Wishing.new_workspace,
    ("set_rate_limit", "limiter"): lambda _wishing, _: "requests",
}
BY_NAME: dict[str, Make] = {
    "reason": lambda wishing, _: wishing.reason,
    "confirm": lambda wishing, _: wishing.named,
    "slack_id": Wishing.person,
    "owner": lambda wishing, _: wishing.dice.choice(DEVELOPERS),
    "fate": lambda wishing, _: wishing.dice.choice(sorted(FATES)),
    "new_owner": Wishing.heir,
    "key_fates": lambda _wishing, _: None,
    "emails": Wishing.addresses,
    "join_ids": Wishing.joined,
    "join_role": Wishing.joined_as,
    "invite_id": Wishing.invite,
    "rate_group": Wishing.group,
    MORE: lambda _wishing, _: None,
    "tell": lambda _wishing, _: None,
    "channel": lambda _wishing, _: None,
}
BY_TYPE: dict[str, Make] = {
    "key": Wishing.key,
    "workspace": Wishing.place,
    "member": Wishing.leaver,
    "person": Wishing.person,
    "people": Wishing.people,
    "choices": Wishing.some,
    "choice": Wishing.choice,
    "radio": Wishing.choice,
    "amount": Wishing.amount,
    "limit": Wishing.amount,
    "count": lambda wishing, _: str(wishing.dice.randint(100, 900)),
    "date": Wishing.end,
}
OF_FIELD[("update_workspace", "value")] = Wishing.new_value
