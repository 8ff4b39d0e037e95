"""What is done when somebody is removed: invites withdrawn, each key handled, and the membership ended last."""

from collections.abc import Sequence

from bot.admin.model import ApiKey
from bot.approvals.act import Act, Look
from bot.approvals.outcome import KEY_PART, Applied, NeedsPerson, PartDone
from bot.errors import NotLinked, UpstreamMissing
from bot.kinds.keys.create import CREATE_KEY
from bot.kinds.people.leaving import LeftInvite, LeftKey, RemoveMember, belongings_of
from bot.kinds.several import Part, Several
from bot.people.identity import ADMIN_ROLES
from bot.people.model import Who
from bot.slack.markup import truncate
from bot.words.wording import listed

MEMBER, NEWS = "member", "news"
_BECOMES = {"disable": "inactive", "revoke": "archived"}
_ENDED = ("archived", "expired")
_WORDS = {"inactive": "disabled", "archived": "revoked", "expired": "expired"}


def parts_of(payload: RemoveMember) -> Sequence[Part[RemoveMember]]:
    """Return the parts in their order. Roles in workspaces need none: they go with the membership (admin-api.md §4.5)."""
    invites = [_invite(invite) for invite in payload.invites]
    keys = [_kept(key) if key.fate == "keep" else _switched(key) for key in payload.keys]
    return [*invites, *keys, _membership(payload), _made_since(payload)]


def _invite(invite: LeftInvite) -> Part[RemoveMember]:
    async def do(act: Act[RemoveMember]) -> PartDone:
        if found := await look(act):
            return found
        try:
            await act.admin.delete_invite(invite.id)
        except UpstreamMissing:
            return part.done("withdrawn by somebody else")
        return part.done("withdrawn")

    async def look(look: Look[RemoveMember]) -> PartDone | None:
        """An invite that was accepted or has expired can't be withdrawn, and needs not be."""
        async for one in look.admin.invites(email=invite.email, statuses=("pending",)):
            if one.id == invite.id:
                return None
        return part.done("not pending any more")

    part = Part(f"invite:{invite.id}", f"Invite of {invite.email}", do, look)
    return part


def _label(key: LeftKey) -> str:
    return f"Key {truncate(key.name, 80)} in {truncate(key.place, 60)}"


async def _read(look: Look[RemoveMember], key: LeftKey) -> ApiKey | None:
    try:
        return await look.admin.api_key(key.id)
    except UpstreamMissing:
        return None


async def _is_there(act: Act[RemoveMember], owner: Who) -> bool:
    try:
        return (await act.find_member(owner.slack_id)).id == owner.member_id
    except NotLinked:
        return False


def _kept(key: LeftKey) -> Part[RemoveMember]:
    """Return the part that gives a key another owner; only the bot keeps owners, so nothing changes in the organization."""

    async def do(act: Act[RemoveMember]) -> PartDone:
        owner, now = act.payload.owner, await _read(act, key)
        if now is None or now.status in _ENDED:
            return part.done(f"{_WORDS[now.status] if now else 'gone'} meanwhile, so nobody needs it")
        if owner is None or not await _is_there(act, owner):
            raise NeedsPerson("Its new owner isn't in Slack or the organization any more. Give up and ask again.")
        if not await act.others.hand_over(CREATE_KEY.name, key.id, owner, act.request, act.now()):
            raise NeedsPerson("Another request gave it a new owner meanwhile, so I left it there.")
        return part.done(f"kept, its owner is now {owner.email}")

    async def look(look: Look[RemoveMember]) -> PartDone | None:
        known = (await look.others.handed_over([key.id])).get(key.id)
        is_mine = known is not None and known.request_id == look.request.id
        return part.done(f"kept, its owner is now {known.owner.email}") if known and is_mine else None

    part = Part(f"{KEY_PART}{key.id}", _label(key), do, look)
    return part


def _switched(key: LeftKey) -> Part[RemoveMember]:
    becomes = _BECOMES[key.fate]

    async def do(act: Act[RemoveMember]) -> PartDone:
        if found := await look(act):
            return found
        known = (await act.others.handed_over([key.id])).get(key.id)
        if known and known.at > act.request.created_at:
            raise NeedsPerson(f"It belongs to {known.owner.email} by another request, so I left it as it is.")
        await act.admin.update_api_key(key.id, status=becomes)
        return part.done(_WORDS[becomes])

    async def look(look: Look[RemoveMember]) -> PartDone | None:
        now = await _read(look, key)
        if now is None:
            return part.done("gone already")
        return part.done(_WORDS[now.status]) if now.status in (becomes, *_ENDED) else None

    part = Part(f"{KEY_PART}{key.id}", _label(key), do, look)
    return part


def _membership(payload: RemoveMember) -> Part[RemoveMember]:
    """Return the part that ends the membership.

    It isn't done while a key is left: a removal is what people take for the end of the matter, and once it is done nobody
    comes back for a key that still works. Retry goes on from there.
    """

    async def do(act: Act[RemoveMember]) -> PartDone:
        if found := await look(act):
            return found
        outcome = act.came
        parts = [(outcome.part(f"{KEY_PART}{key.id}"), key) for key in payload.keys]
        open_ = [truncate(key.name, 40) for kept, key in parts if kept is None or kept.state != "done"]
        if open_:
            raise NeedsPerson(f"I wait until every key is handled: {listed(open_, most=3)}.")
        if (await act.admin.user(payload.member_id)).role in ADMIN_ROLES:
            raise NeedsPerson("They are an organization admin now, whom only an admin can remove, in the Console.")
        try:
            await act.admin.remove_user(payload.member_id)
        except UpstreamMissing:
            return part.done("removed by somebody else")
        return part.done("removed")

    async def look(look: Look[RemoveMember]) -> PartDone | None:
        try:
            await look.admin.user(payload.member_id)
        except UpstreamMissing:
            return part.done("not a member any more")
        return None

    part = Part(MEMBER, f"Membership of {truncate(payload.member_name or payload.email, 80)}", do, look)
    return part


def _made_since(payload: RemoveMember) -> Part[RemoveMember]:
    """Return the part that names keys of theirs which nobody decided about; after the removal no further one appears."""
    known = {key.id for key in payload.keys}

    async def look(look: Look[RemoveMember]) -> PartDone:
        theirs = await belongings_of(look, payload.member_id, fresh=True)
        new = [key for key in theirs.staying if key.id not in known]
        if not new:
            return part.done("none").model_copy(update={"untold": True})
        names = [f"{truncate(key.name, 40)} in {truncate(await look.directory.place_of(key), 30)}" for key in new]
        verb = "still works" if len(new) == 1 else "still work"
        return part.refused(f"{listed(names, most=2)} {verb}. Ask to disable or revoke what nobody needs.")

    part = Part(NEWS, "Keys created since this was asked", look, look, after=MEMBER)
    return part


SEVERAL = Several(parts_of)


async def apply(act: Act[RemoveMember]) -> Applied:
    """Do every part; NeedsPerson while the membership stands, so that a Retry does what is missing."""
    applied = await SEVERAL.apply(act)
    ended = act.came.part(MEMBER)
    if ended is None or ended.state != "done":
        raise NeedsPerson(f"The membership was left. {ended.note if ended else ''}".strip())
    return applied
