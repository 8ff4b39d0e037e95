"""Another organization role for somebody, for good or until a day."""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict

from bot.admin.model import Member
from bot.approvals import db as requests
from bot.approvals.kind import Applied, Checked, Done, Kind, NeedsPerson, check_in_time
from bot.approvals.model import MOST_REASON, Request
from bot.errors import InvalidInput, NotLinked
from bot.forms.fields import FormField, check_last_day, end_of
from bot.people.identity import find_member
from bot.people.model import Who
from bot.runtime import Runtime
from bot.slack.markup import bold, mention

ROLES = {
    "user": "User: Playground only",
    "claude_code_user": "Claude Code user: Playground and Claude Code",
    "developer": "Developer: Playground and API keys",
    "billing": "Billing: Playground and billing",
}
"""What the API can give on a Console organization (admin-api.md §4.2); `admin` it can't."""
ADMIN_SENTENCE = "The API can't give or take admin. An admin does that in the Console: Settings, Members."


class ChangeRole(BaseModel):
    """Who gets which role instead of which; `ends_on` is the last UTC day on which it holds."""

    model_config = ConfigDict(frozen=True)

    slack_id: str
    role: str
    member_id: str = ""
    member_name: str = ""
    from_role: str = ""
    ends_on: date | None = None

    @property
    def ends_at(self) -> datetime | None:
        """The moment at which the role goes back."""
        return end_of(self.ends_on)


FORM = (
    FormField("slack_id", "Person", "person"),
    FormField("role", "Role", "choice", choices=tuple(ROLES.items())),
    FormField("reason", "Why", "long_text", hint="The approvers read this.", max_length=MOST_REASON),
    FormField("ends_on", "Last day", "date", hint="Empty: for good.", optional=True, check=check_last_day),
)


def _payload(request: Request) -> ChangeRole:
    return ChangeRole.model_validate(request.payload)


async def _precheck(rt: Runtime, _who: Who, payload: BaseModel) -> Checked:
    assert isinstance(payload, ChangeRole)  # noqa: S101 - the registry pairs them
    if payload.role == "admin":
        raise InvalidInput({"role": ADMIN_SENTENCE})
    if payload.role not in ROLES:
        raise InvalidInput({"role": f"Choose one of {', '.join(ROLES)}."})
    try:
        member = await find_member(rt, payload.slack_id)
    except NotLinked as error:
        raise InvalidInput({"slack_id": error.about}) from None
    if member.role not in ROLES:
        raise InvalidInput({"slack_id": f"{member.name} has the role {member.role}. {ADMIN_SENTENCE}"})
    if member.role == payload.role:
        raise InvalidInput({"role": f"{member.name} has the role {payload.role} already."})
    full = payload.model_copy(update={"member_id": member.id, "member_name": member.name, "from_role": member.role})
    return Checked(full, ends_at=payload.ends_at)


async def look(rt: Runtime, request: Request) -> Done | None:
    """Tell whether the member already has the role."""
    wanted = _payload(request)
    member = await rt.admin.user(wanted.member_id)
    return Done({"role": member.role, "was": wanted.from_role}) if member.role == wanted.role else None


async def _change(rt: Runtime, request: Request, member: Member, role: str) -> None:
    check_in_time(rt, request)
    await rt.admin.change_role(member.id, role)
    rt.directory.forget_members()


async def _apply(rt: Runtime, request: Request) -> Applied:
    wanted = _payload(request)
    member = await rt.admin.user(wanted.member_id)
    if member.role == wanted.role and request.ends_at:
        # Somebody else gave it, perhaps for good: what this request didn't give it must not take away at its end.
        raise NeedsPerson(
            f"{member.name} became {member.role} in the meantime, and not by this request. Nothing was changed."
        )
    if member.role == wanted.role:
        return Done({"role": wanted.role, "was": wanted.from_role})
    if member.role != wanted.from_role:
        # Somebody else changed it since it was asked: never overwrite what nobody approved.
        raise NeedsPerson(
            f"{member.name} became {member.role} in the meantime; it was {wanted.from_role} when this was asked."
        )
    await _change(rt, request, member, wanted.role)
    return Done({"role": wanted.role, "was": wanted.from_role})


async def _revert(rt: Runtime, request: Request) -> Done:
    granted = _payload(request)
    member = await rt.admin.user(granted.member_id)
    if member.role == granted.from_role:
        return Done({"note": f"{member.name} was already {member.role} again."})
    if member.role != granted.role:
        raise NeedsPerson(f"{member.name} became {member.role} in the meantime, so I left it at that. Is that right?")
    if await _was_itself_temporary(rt, request):
        raise NeedsPerson(
            f"{member.name} had been {granted.from_role} only until a day that is over, so I left it at {member.role}. "
            "Which role is right?"
        )
    await _change(rt, request, member, granted.from_role)
    return Done()


async def _was_itself_temporary(rt: Runtime, request: Request) -> bool:
    """Tell whether the role to go back to was a grant, too, that has ended since this one began."""
    granted = _payload(request)
    async with rt.store.read() as tx:
        ended = await requests.ended_since(tx, request.kind, request.approved_at or request.created_at)
    return any(
        (one.member_id, one.role) == (granted.member_id, granted.from_role)
        for one in (ChangeRole.model_validate(other.payload) for other in ended)
    )


def _beneficiaries(request: Request) -> tuple[Who, ...]:
    return (Who(slack_id=_payload(request).slack_id, member_id=_payload(request).member_id, email=""),)


def _what(request: Request) -> str:
    wanted = _payload(request)
    return f"{mention(wanted.slack_id)}: {wanted.from_role} → {bold(wanted.role)}"


def _done(request: Request) -> str:
    given = _payload(request)
    return f"{mention(given.slack_id)} is {given.role}, was {given.from_role}"


def _after(request: Request) -> str:
    return f"{mention(_payload(request).slack_id)} is {_payload(request).from_role} again"


CHANGE_ROLE = Kind(
    name="change_role",
    label="Change a role",
    payload=ChangeRole,
    form=FORM,
    title=lambda request: f"Role {_payload(request).role} for {_payload(request).member_name}",
    asks="asks for a role",
    what=_what,
    done=_done,
    after=_after,
    subject=lambda payload: f"role:{getattr(payload, 'slack_id', '')}",
    precheck=_precheck,
    apply=_apply,
    repeatable=True,
    look=look,
    revert=_revert,
    beneficiaries=_beneficiaries,
)
