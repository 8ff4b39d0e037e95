"""Sees whether the key that a person was asked to make is there, and whether it is the one that was asked for."""

from bot.admin.model import ApiKey, Member
from bot.approvals.act import Look
from bot.approvals.outcome import Done, Outcome, Stray, Waits
from bot.kinds.keys.made_by_hand import acting_as, differences, handed_over_by, why_not_accepted
from bot.kinds.keys.names import DEAD, at_home, subject_of
from bot.kinds.keys.new_key import CreateKey
from bot.kinds.workspaces.one_workspace import check_is_open
from bot.people.model import Who
from bot.words.wording import listed


async def prove(look: Look[CreateKey]) -> Done | Waits | None:
    """Look for the key that a person was asked to make: right name, right workspace, not there before, nobody else's.

    Which differences are accepted, and why, stands in `made_by_hand`.
    """
    wanted, known = look.payload, look.request.outcome.known
    await check_is_open(look, wanted.workspace_id, wanted.workspace_name)
    named = await at_home(look, [key for key in await look.directory.keys() if key.name == wanted.name])
    new = [key for key in named if key.id not in known and key.status not in DEAD]
    here = {key.id: await _why_not(look, key) for key in new if key.workspace_id == wanted.workspace_id}
    right = next((key for key in new if here.get(key.id) == ""), None)
    elsewhere = await _not_asked_for(look, [key for key in new if key.id not in here])
    made = await look.others.requesters_of(look.request.kind, list(here))
    refused = [key for key in new if here.get(key.id) and key.id not in made]
    seen = Outcome(strays=await _with(look, [*elsewhere, *refused]))
    if right:
        look.directory.forget_keys()
        # What is in the wrong place stays there, also once the right one is made.
        return Done(outcome_of(right, await _by_hand(look, right)).updated(seen))
    if not elsewhere and not refused:
        return Waits()
    return Waits(seen, problem=await _problem(look, elsewhere, here[refused[0].id] if refused else ""))


async def _by_hand(look: Look[CreateKey], key: ApiKey) -> Outcome:
    requester, maker = look.request.requester, await _member(look, key.created_by)
    name = await _member_name(look, requester.member_id) or requester.email
    differs = differences(key, look.request.ends_at, look.payload.use, name)
    from_whom = handed_over_by(maker.name if maker else None, is_own=key.created_by == requester.member_id)
    note = f"{from_whom} {differs}".strip()
    made_by = Who(slack_id="", member_id=key.created_by, email=maker.email if maker else "") if key.created_by else None
    return Outcome(way="console", note=note, differs=differs, made_by=made_by)


async def _why_not(look: Look[CreateKey], key: ApiKey) -> str:
    return why_not_accepted(key, look.request.requester.member_id, await _acts_as(look, key))


async def _acts_as(look: Look[CreateKey], key: ApiKey) -> str:
    return acting_as(key, await _member_name(look, key.principal_id))


async def _member_name(look: Look[CreateKey], member_id: str | None) -> str | None:
    member = await _member(look, member_id)
    return member.name if member else None


async def _member(look: Look[CreateKey], member_id: str | None) -> Member | None:
    return (await look.directory.members_by_id()).get(member_id) if member_id else None


async def _problem(look: Look[CreateKey], elsewhere: list[ApiKey], refused: str) -> str:
    if not elsewhere:
        return f"A key with this name was created in {look.request.workspace_name}, but for the wrong account. {refused}"
    places = listed(sorted({await look.directory.place_of(key) for key in elsewhere}))
    return f"A key with this name was created in {places}. That is the wrong place."


async def _with(look: Look[CreateKey], wrong: list[ApiKey]) -> tuple[Stray, ...]:
    """Return all strays of a request, those that were seen before first."""
    known = look.request.outcome.strays
    new = [key for key in wrong if all(key.id != one.id for one in known)]
    places = [await _place_of(look, key) for key in new]
    return known + tuple(
        Stray(id=key.id, name=key.name, place=place, made_by=key.created_by or "")
        for key, place in zip(new, places, strict=True)
    )


async def _place_of(look: Look[CreateKey], key: ApiKey) -> str:
    """Return where a key is. One that is in the right workspace is there for the wrong account."""
    place = await look.directory.place_of(key)
    return f"{place} (it acts as {await _acts_as(look, key)})" if key.workspace_id == look.payload.workspace_id else place


async def _not_asked_for(look: Look[CreateKey], keys: list[ApiKey]) -> list[ApiKey]:
    """Return the keys that no other request made or waits for."""
    asked_for = await look.others.requesters_of(look.request.kind, [key.id for key in keys]) if keys else {}
    return [
        key
        for key in keys
        if key.id not in asked_for and not await look.others.find_open(subject_of(key.workspace_id or "", key.name))
    ]


def outcome_of(key: ApiKey, how: Outcome) -> Outcome:
    """Return what came of a request that made a key, with how it was done."""
    return Outcome(thing_id=key.id, hint=key.hint, expires_at=key.expires_at).updated(how)
