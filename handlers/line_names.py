"""What a typed line can name for the fields of a form: the slots that its grammar fills."""

from collections import ChainMap
from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.admin.model import Member
from bot.approvals.kind import AnyKind
from bot.forms.fields import WHOLE, FormField
from bot.kinds.keys.owners import may_see_key
from bot.kinds.limits.groups import groups_of
from bot.kinds.people.change_role import ROLES
from bot.kinds.people.leaving import member_label
from bot.kinds.people.person import of_member
from bot.people.roles import role_words
from bot.runtime import Runtime
from bot.slack import ids
from bot.slack.markup import is_user_id
from bot.spend.alike import apart_by_id
from handlers.clauses import NUMBERS, Name, Slot, SlotType, by_typed
from handlers.edge.interaction import Interaction

WHOLE_TYPED = (WHOLE, "organisation", "org", "all", "all workspaces", "everything")
"""Words that mean the whole organization where a form takes that instead of a workspace."""
_ROLES_TYPED = (
    ("member", "user"),
    ("claude", "claude_code_user"),
    ("claude code", "claude_code_user"),
    ("dev", "developer"),
)
_READ: Mapping[str, SlotType] = {one: one for one in ("person", "member", "key", "workspace", "choice", "lookup", *NUMBERS)}
"""What a slot takes, by the type of its field, where names or numbers are read."""
_OWN_LEADS = ("limit", "budget", "cap")
"""What leads to a number beside the name of something new."""


async def slots_of(call: Interaction, kind: AnyKind, fills: Sequence[str]) -> list[Slot]:
    """Return the slots of a kind's fields that a line fills in, in that order; its last day and reason are none."""
    fields = {one.name: one for one in kind.form}
    return [await _slot(call, kind, fields[name]) for name in fills if name not in ("reason", "ends_on")]


async def _slot(call: Interaction, kind: AnyKind, one: FormField) -> Slot:
    if (read_as := _READ.get(one.type)) is None:
        is_value = one.name == "value" or any(other.type == "key" for other in kind.form)
        return Slot(one.name, "value" if is_value else "new", one.label, max_length=one.max_length)
    if one.type in ("person", "member"):
        return await people(call, one.name, read_as, one.label)
    own_leads = _OWN_LEADS if read_as in NUMBERS and any(other.name == "name" for other in kind.form) else ()
    return Slot(one.name, read_as, one.label, tuple(await _names(call, kind, one)), own_leads=own_leads)


async def _names(call: Interaction, kind: AnyKind, one: FormField) -> Sequence[Name]:
    """Return everything that a field takes, as people name it."""
    rt = call.rt
    if one.type == "key":
        return await _keys(call, kind)
    if one.type == "workspace":
        whole = [Name(WHOLE, one.whole, WHOLE_TYPED)] if one.whole else []
        return [*whole, *await places(rt)]
    if one.type == "choice":
        return choices(one)
    return await _LOOKUPS[one.name](rt) if one.name in _LOOKUPS else ()


async def places(rt: Runtime) -> list[Name]:
    """Return the workspaces, also by what tells them apart in answers, where an archived one may have the name, too."""
    every = await rt.directory.workspaces()
    return [Name(one.id, one.name, (apart_by_id(one.id, one.name), f"{one.name} ({one.id})")) for one in every]


async def people(call: Interaction, name: str, type: SlotType, label: str) -> Slot:
    """Return the slot of a person: the members, by name, first name and address, and the one who types."""
    members, me = await call.rt.directory.members(), Name(call.user_id, "me", ("myself",))
    return Slot(name, type, label, (me, *members.once(_named)), index=ChainMap(by_typed([me]), members.once(_by_name)))


def _named(members: Sequence[Member]) -> Sequence[Name]:
    return [Name(one.id, member_label(one), (one.email, one.name.partition(" ")[0])) for one in members]


def _by_name(members: Sequence[Member]) -> dict[str, list[Name]]:
    return by_typed(_named(members))


async def slack_id_of(rt: Runtime, person: str) -> str:
    """Return the Slack id of somebody who was mentioned, or named as a member; "" where Slack knows nobody like that."""
    if not person or is_user_id(person):
        return person
    member = next(one for one in await rt.directory.members() if one.id == person)
    known = (await of_member(rt, member, member.id)).slack_id
    found = None if known else await rt.notifier.person_at(member.email)
    return known or (found.id if found else "")


async def _keys(call: Interaction, kind: AnyKind) -> Sequence[Name]:
    """Return the keys that the actor may see; of those with one name, the ones that the kind takes."""
    may_see = await may_see_key(call.rt, call.actor)
    every = [one for one in await call.rt.directory.keys() if may_see(one)]
    fitting = {one.name for one in every if kind.rules.takes(one)}
    return [Name(one.id, one.name) for one in every if one.name not in fitting or kind.rules.takes(one)]


def choices(one: FormField) -> Sequence[Name]:
    """Return the options of a field."""
    typed = {value: [text for text, meant in one.typed if meant == value] for value, _ in one.choices}
    return [Name(value, label.partition(":")[0], (value.replace("_", " "), *typed[value])) for value, label in one.choices]


def organization_roles() -> tuple[Name, ...]:
    """Return the roles in the organization, as the API and as people name them, also the one that nobody can be given."""
    return tuple(Name(role, role, _role_typed(role)) for role in (*ROLES, "admin"))


def _role_typed(role: str) -> tuple[str, ...]:
    typed = {role.replace("_", " "), role_words(role)[0], *(text for text, meant in _ROLES_TYPED if meant == role)}
    return (*typed, *(f"{one}s" for one in typed))


async def _groups(rt: Runtime) -> Sequence[Name]:
    return [
        Name(
            one.id,
            one.name,
            (one.name.removeprefix("Claude "), *one.models, *(typed for m in one.models for typed in _spelled(m))),
        )
        for one in groups_of(await rt.directory.rate_limits())
    ]


def _spelled(model: str) -> tuple[str, ...]:
    """Return how people write a model: `opus-5-5`, `opus 5 5`, `opus 5.5`."""
    short = model.removeprefix("claude-")
    family, _, version = short.partition("-")
    return short, short.replace("-", " "), f"{family} {version.replace('-', '.')}"


_LOOKUPS: Mapping[str, Callable[[Runtime], Awaitable[Sequence[Name]]]] = {ids.RATE_GROUP: _groups}
"""What can be named in a field that is looked up while typing."""
