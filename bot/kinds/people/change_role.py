"""Another organization role for somebody, for good or until a day."""

from datetime import date
from typing import Final

from pydantic import BaseModel, ConfigDict

from bot.admin.model import Member
from bot.approvals.act import Asked, Look, Reading
from bot.approvals.concerned import Remedy
from bot.approvals.fields import WHY_FIELD, last_day_field
from bot.approvals.kind import Kind
from bot.approvals.parts import Checked, Concerns, Sample, Words
from bot.errors import InvalidInput, NotLinked
from bot.forms.fields import FormField
from bot.kinds.setting import Found, Setting, Thing
from bot.kinds.workspaces.roles import left_with_membership
from bot.people.model import Who
from bot.people.roles import ADMIN_ROLES, role_words
from bot.slack.markup import Markup, mention
from bot.words.own import Own

ROLES = {
    "user": "User: Playground only",
    "claude_code_user": "Claude Code user: Playground and Claude Code",
    "developer": "Developer: Playground and API keys",
    "billing": "Billing: Playground and billing",
}
"""What the API can give on a Console organization (admin-api.md §4.2); `admin` it can't."""
_IN_CONSOLE: Final = "An organization admin does that in the Console: Settings, Members."
ADMIN_SENTENCE: Final = f"I can't give or remove the admin role. {_IN_CONSOLE}"


def role_in_words(role: str) -> Own:
    """Return a role as people read it."""
    return role_words(role)[0]


class ChangeRole(BaseModel):
    """Who gets which role instead of which; `ends_on` is the last day on which it holds, in the requester's calendar."""

    model_config = ConfigDict(frozen=True)

    slack_id: str
    role: str
    member_id: str = ""
    member_name: str = ""
    from_role: str = ""
    ends_on: date | None = None


FORM = (
    FormField("slack_id", "Person", "person"),
    FormField("role", "Role", "choice", choices=tuple(ROLES.items())),
    WHY_FIELD,
    last_day_field("At the end of this day the old role comes back. Leave empty to keep the new one."),
)


def _thing(member: Member) -> Thing:
    return Thing(name=member.name, value=member.role)


async def _find(reading: Reading, payload: ChangeRole) -> Found[ChangeRole]:
    if payload.role == "admin":
        raise InvalidInput({"role": ADMIN_SENTENCE})
    if payload.role not in ROLES:
        raise InvalidInput({"role": f"Choose one of {', '.join(map(role_in_words, ROLES))}."})
    try:
        member = await reading.find_member(payload.slack_id)
    except NotLinked as error:
        raise InvalidInput({"slack_id": error.about}) from None
    if member.role not in ROLES:
        why = ADMIN_SENTENCE if member.role in ADMIN_ROLES else f"I don't know it, so I can't change it. {_IN_CONSOLE}"
        raise InvalidInput({"slack_id": f"{member.name} has the role {role_in_words(member.role)}. {why}"})
    full = payload.model_copy(update={"member_id": member.id, "member_name": member.name, "from_role": member.role})
    return Found(_thing(member), Checked(full))


async def _read(look: Look[ChangeRole]) -> Thing:
    return _thing(await look.admin.user(look.payload.member_id))


def _drifted(thing: Thing, was: str) -> str:
    return f"Somebody else changed {thing.name}'s role: it is {thing.value} now, and was {was} when this was asked."


_ROLE = Setting[ChangeRole](
    kind="change_role",
    noun="role",
    field="slack_id",
    find=_find,
    read=_read,
    write=lambda admin, payload, role: admin.change_role(payload.member_id, role),
    which=lambda payload: payload.member_id,
    to=lambda payload: payload.role,
    was=lambda payload: payload.from_role,
    already=lambda thing: f"{thing.name} already has the role {thing.value}.",
    already_at="role",
    in_words=role_in_words,
    drifted=_drifted,
    gone=lambda look: left_with_membership(look, look.payload.member_id, look.payload.member_name),
)


def _beneficiaries(asked: Asked[ChangeRole]) -> tuple[Who, ...]:
    return (Who(slack_id=asked.payload.slack_id, member_id=asked.payload.member_id, email=""),)


async def _person(_reading: Reading, slack_id: str) -> tuple[Who, ...]:
    return (Who(slack_id=slack_id, member_id="", email=""),)


def _what(asked: Asked[ChangeRole]) -> Markup:
    wanted = asked.payload
    return f"{mention(wanted.slack_id)}: {role_in_words(wanted.from_role)} → *{role_in_words(wanted.role)}*"


def _done(asked: Asked[ChangeRole]) -> Markup:
    wanted = asked.payload
    return f"{mention(wanted.slack_id)} is now {role_in_words(wanted.role)} instead of {role_in_words(wanted.from_role)}"


CHANGE_ROLE = Kind(
    name="change_role",
    payload=ChangeRole,
    form=FORM,
    words=Words(
        label="Change a role",
        asks="asks to change a role",
        title=lambda asked: f"Role {role_in_words(asked.payload.role)} for {asked.payload.member_name}",
        what=_what,
        done=_done,
        then=lambda asked: f"I give {mention(asked.payload.slack_id)} this role at once",
        wish=lambda asked: f"for the role *{role_in_words(asked.payload.role)}* for {mention(asked.payload.slack_id)}",
        grant=lambda asked: f"Role {role_in_words(asked.payload.role)} of {mention(asked.payload.slack_id)}",
        after=lambda asked: f"{mention(asked.payload.slack_id)} is {role_in_words(asked.payload.from_role)} again",
    ),
    rules=_ROLE.rules(
        lambda payload: f"role:{payload.slack_id}",
        last_day="ends_on",
        beneficiaries=_beneficiaries,
    ),
    effect=_ROLE.effect(),
    concerns=Concerns(
        find=_person, field="slack_id", hears_ask=False, remedy=Remedy("ask for another role.", "change_role", "Change…")
    ),
    sample=Sample(
        ChangeRole(slack_id="U0DANA", role="developer", member_id="user_dana", member_name="Dana", from_role="billing"),
        given={"role": "billing"},
    ),
)
