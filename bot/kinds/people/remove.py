"""Removing somebody from the organization, with a decision about each of their keys before."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.admin.model import ApiKey, Member
from bot.approvals.act import Asked, Reading, reading_of
from bot.approvals.concerned import Remedy
from bot.approvals.fields import WHY_FIELD
from bot.approvals.kind import Kind
from bot.approvals.parts import Checked, Concerns, Rules, Sample, Words
from bot.directory.use import KeyUse
from bot.errors import InvalidInput, NotLinked
from bot.forms.fields import FormField, FormInput
from bot.kinds.keys.owners import may_see_key
from bot.kinds.people import remove_words as words
from bot.kinds.people.leaving import (
    KEY_FATES,
    Belongings,
    LeftInvite,
    LeftKey,
    RemoveMember,
    belongings_of,
    fates_of,
)
from bot.kinds.people.leaving_places import places_left
from bot.kinds.people.removal_stays import lets_go, parts_stay
from bot.kinds.people.remove_parts import SEVERAL, apply
from bot.people.identity import ADMIN_ROLES
from bot.people.model import Actor, Who
from bot.runtime import Runtime
from bot.slack.markup import Markup, escape
from bot.words.addresses import is_same_address
from bot.words.wording import plural

FORM = (
    FormField("member_id", "Who leaves", "member", hint="Type part of a name or address.", redraws=True),
    FormField(
        "fate",
        "What happens to their keys",
        "radio",
        hint="Needed if they have keys. You can choose differently for single keys below.",
        optional=True,
        redraws=True,
        choices=(
            ("keep", "Keep: they keep working, with a new owner"),
            ("disable", "Disable: what uses them stops until somebody enables them"),
            ("revoke", "Revoke: what uses them stops for good"),
        ),
    ),
    FormField(
        "new_owner",
        "New owner of keys that are kept",
        "person",
        hint="I tell them as soon as you send this. After the removal, I write to them about these keys.",
        optional=True,
        redraws=True,
    ),
    FormField(
        KEY_FATES,
        "Other choices for single keys",
        "lookups",
        hint="Type part of a key's name.",
        optional=True,
        redraws=True,
        most=100,
    ),
    WHY_FIELD,
)
_ADMIN = (
    "is an organization admin, whom I can't remove. Another admin does that in the Console: Settings, Members. "
    "Or change their role there first, then ask again."
)


async def _check(reading: Reading, who: Who, payload: RemoveMember) -> Checked[RemoveMember]:
    member = await _removable(reading, who, payload.member_id)
    theirs = await belongings_of(reading, member.id, fresh=True)
    single = fates_of(payload.key_fates, theirs.staying)
    fates = {key.id: single.get(key.id) or payload.fate for key in theirs.staying}
    if undecided := [key for key in theirs.staying if not fates[key.id]]:
        raise InvalidInput({"fate": f"Choose what happens to their {plural(len(undecided), 'key')}."})
    owner = await _owner(reading, payload, member, is_needed="keep" in fates.values())
    used, places, invites = await asyncio.gather(
        reading.use_of_each([key.id for key in theirs.staying]), places_left(reading, member), _invites(reading, member)
    )
    full = payload.model_copy(
        update={
            "member_name": member.name,
            "email": member.email,
            "role": member.role,
            "slack_id": theirs.slack_id,
            "is_active": await _is_active(reading, theirs.slack_id),
            "owner": owner,
            "workspaces": places.names if places else None,
            "last_admin_of": places.last_admin_of if places else (),
            "invites": invites,
            "keys": await _left(reading, theirs.staying, fates, used),
            "dying": tuple(key.name for key in theirs.dying),
            "of_others": theirs.of_others,
            "as_of": max((use.as_of for use in used.values() if use.as_of), default=None),
            "is_whole": all(use.is_whole_month for use in used.values()),
            "newest": max((use.newest for use in used.values() if use.newest), default=None),
            "is_final": all(use.is_final for use in used.values()),
        }
    )
    return Checked(full)


async def _removable(reading: Reading, who: Who, member_id: str) -> Member:
    """Return a member who can be removed; InvalidInput with what to do instead.

    Whoever made the Admin key is or was an admin: the API doesn't tell whose it is, and admins are refused anyway.
    """
    members = await reading.directory.members(fresh=True)
    member = next((one for one in members if one.id == member_id), None)
    if member is None:
        raise InvalidInput({"member_id": "They are no longer in the Claude organization. Nothing is left to do."})
    if member.id == who.member_id:
        raise InvalidInput({"member_id": "You can't ask to remove yourself. Ask an organization admin."})
    if member.role in ADMIN_ROLES:
        raise InvalidInput({"member_id": f"{member.name or member.email} {_ADMIN}"})
    if len(members) == 1:
        raise InvalidInput({"member_id": "They are the last member, and an organization needs at least one."})
    return member


async def _owner(reading: Reading, payload: RemoveMember, leaver: Member, *, is_needed: bool) -> Who | None:
    """Return the new owner; InvalidInput where one is missing, is given for nothing, or is who leaves."""
    if not is_needed and payload.new_owner:
        raise InvalidInput({"new_owner": "No key is kept, so a new owner isn't needed. Leave this empty, or keep a key."})
    if not is_needed:
        return None
    if not payload.new_owner:
        raise InvalidInput({"new_owner": "Choose who gets the keys that are kept."})
    try:
        member = await reading.find_member(payload.new_owner)
    except NotLinked as error:
        raise InvalidInput({"new_owner": error.about}) from None
    if member.id == leaver.id:
        raise InvalidInput({"new_owner": "They leave, so choose somebody else."})
    return Who(slack_id=payload.new_owner, member_id=member.id, email=member.email)


async def _left(
    reading: Reading, keys: Sequence[ApiKey], fates: dict[str, str], used: Mapping[str, KeyUse]
) -> tuple[LeftKey, ...]:
    """Return the keys with their use, what cost most first."""
    found = [await _as_left(reading, key, fates[key.id], used[key.id]) for key in keys]
    return tuple(sorted(found, key=lambda key: (-(key.cost or 0), key.name, key.id)))


async def _as_left(reading: Reading, key: ApiKey, fate: str, use: KeyUse) -> LeftKey:
    left = LeftKey(id=key.id, name=key.name, place=await reading.directory.place_of(key), status=key.status, fate=fate)
    return left.model_copy(update={"cost": use.month_cost, "last_day": use.last_day})


async def _is_active(reading: Reading, slack_id: str) -> bool:
    try:
        return bool(slack_id) and bool(await reading.find_member(slack_id))
    except NotLinked:
        return False


async def _invites(reading: Reading, member: Member) -> tuple[LeftInvite, ...]:
    pending = [one async for one in reading.admin.invites(email=member.email, statuses=("pending",))]
    return tuple(LeftInvite(id=one.id, email=one.email) for one in pending if is_same_address(one.email, member.email))


async def _shows(rt: Runtime, actor: Actor, held: FormInput) -> Markup:
    """Return what happens to each key as the form stands, as far as the person who fills it in may see the keys."""
    member_id, reading = held.text("member_id"), reading_of(rt)
    member = next((one for one in await rt.directory.members() if one.id == member_id), None)
    if member is None:
        return ""
    theirs: Belongings = await belongings_of(reading, member.id)
    may_see = await may_see_key(rt, actor)
    seen = [key for key in theirs.staying if may_see(key)]
    used = await reading.use_of_each([key.id for key in seen])
    try:
        single = fates_of(held.texts(KEY_FATES), theirs.staying)
    except InvalidInput as wrong:
        return f"⚠️ {escape(wrong.sentence)}"
    fates = {key.id: single.get(key.id) or held.text("fate") for key in seen}
    wanted = RemoveMember(
        member_id=member.id,
        new_owner=held.text("new_owner"),
        member_name=member.name,
        email=member.email,
        role=member.role,
        keys=await _left(reading, seen, fates, used),
        dying=tuple(key.name for key in theirs.dying if may_see(key)),
        of_others=theirs.of_others,
    )
    return words.read_back(wanted, len(theirs.staying) - len(seen))


def _about_whom(asked: Asked[RemoveMember]) -> tuple[Who, ...]:
    """Return who leaves: they never decide it.

    They hear of it once it is done, and not when it is asked: whoever knows that they are about to lose access has the time
    to make another key, and an employer tells a person such a thing, not a bot. An account that is gone gets no message.
    """
    wanted = asked.payload
    return (Who(slack_id=wanted.slack_id if wanted.is_active else "", member_id=wanted.member_id, email=wanted.email),)


async def _heir(_reading: Reading, slack_id: str) -> tuple[Who, ...]:
    """Return whose the kept keys will be: they hear of it when it is asked, so that they can say no in time."""
    return (Who(slack_id=slack_id, member_id="", email=""),)


REMOVE_MEMBER = Kind(
    name="remove_member",
    payload=RemoveMember,
    form=FORM,
    words=Words(
        label="Remove a member",
        asks="asks to remove somebody",
        title=lambda asked: f"Remove {asked.payload.member_name or asked.payload.email}",
        what=words.what_of,
        done=words.done_of,
        then=words.then_of,
        wish=lambda asked: f"to remove {escape(asked.payload.member_name or asked.payload.email)}",
        danger="They lose access at once, and their personal keys and their Claude Code key stop. This can't be undone.",
        chosen=words.chosen,
        about=words.about,
    ),
    rules=Rules(
        subject=lambda payload: f"member:{payload.member_id}",
        check=_check,
        beneficiaries=_about_whom,
        may_be_gone=True,
        least_approvals=2,
    ),
    effect=replace(
        SEVERAL.effect(),
        apply=apply,
        lets_go=lets_go,
        parts_stay=parts_stay,
        sets=("role", "removed", "invite", "status"),
    ),
    concerns=Concerns(
        find=_heir,
        field="new_owner",
        remedy=Remedy(
            "tell the person who asked for it. A key that nobody needs can be disabled.", "disable_key", "Disable…"
        ),
    ),
    sample=Sample(
        RemoveMember(
            member_id="user_noah",
            fate="keep",
            new_owner="U0DANA",
            member_name="Noah Klein",
            email="noah@acme.test",
            role="developer",
            workspaces=("Staging",),
            keys=(LeftKey(id="apikey_1", name="nightly", place="Staging", status="active", fate="keep"),),
            dying=("claude_code_key_noah",),
        ),
    ),
    follow_up=SEVERAL.follow_up(),
    shows=_shows,
)
