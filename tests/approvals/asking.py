"""Asking for any kind in a running world, from its own sample: what must exist is made first, then the form is sent."""

from typing import Any

from bot.approvals.act import act_of, look_of
from bot.approvals.kind import AnyKind
from bot.approvals.model import Request
from bot.approvals.outcome import Done
from bot.forms.fields import SEVERAL, FormField
from bot.kinds.limits.groups import groups_of
from bot.sandbox.stage import Json
from bot.slack.ids import RATE_GROUP
from bot.words.wording import plural
from tests.approvals.acting import card_with, make_key, open_form, press
from tests.world import ALICE, BOB, CAROL, World

REASON = "Because of the contract"
WRITES = ("POST ", "DELETE ", "PUT ", "PATCH ")


async def form_values(world: World, kind: AnyKind) -> dict[str, Any]:
    """Make what the sample of a kind needs, and return what somebody puts into its form to ask for that sample."""
    if kind.sample.given.get("spend_limits") == "on":
        world.sandbox.claude.flags.spend_limits_preview = True
    values = {field.name: await _value(world, kind, field) for field in kind.form}
    return {name: value for name, value in values.items() if value} | {"reason": REASON}


async def _value(world: World, kind: AnyKind, field: FormField) -> Any:
    sample, given = kind.sample.payload, kind.sample.given
    wanted = getattr(sample, field.name, None)
    if "flag" in given:
        await world.post("/claude/flags", **{given["flag"]: True})
    if field.type == "workspace":
        return await world.workspace_id(sample.workspace_name)
    if field.type == "member":
        return next(one.id for one in await world.rt.directory.members() if one.name == sample.member_name)
    if field.type == "key":
        key_id = await make_key(world, sample.key_name)
        if given.get("status", "active") != "active":
            await world.post(f"/claude/keys/{key_id}", status=given["status"])
            world.rt.directory.forget_keys()
        return key_id
    if field.name == RATE_GROUP:
        return next(one.id for one in groups_of(await world.rt.admin.rate_limits()) if one.name == sample.group_name)
    if field.type == "person" and "role" in given:
        person = await world.rt.notifier.person(wanted)
        await world.post(f"/claude/users/{person.email}", role=given["role"])
    if field.name == "invite_id":
        return (await world.rt.admin.invite(sample.email, sample.role)).email
    if field.name == "join_ids":
        return [await world.workspace_id(name) for name in sample.join_names]
    if field.type in SEVERAL:
        return list(wanted or ())
    if isinstance(wanted, tuple):
        return ", ".join(str(one) for one in wanted)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return str(wanted) if wanted else None


async def fill_in(world: World, user: str, kind: AnyKind, values: dict[str, Any]) -> Json:
    """Open a kind's form and send it; returns Slack's answer."""
    await open_form(world, user, kind.name, values.get("key_id", ""))
    return await world.submit(user, **{name: value for name, value in values.items() if name != "key_id"})


async def ask(world: World, kind: AnyKind) -> Json:
    """Ask for the sample of a kind as Alice, and return the card."""
    answer = await fill_in(world, ALICE, kind, await form_values(world, kind))
    assert answer["ok"], answer
    needs = plural(quorum_of(world, kind), "approval")
    await world.modal(ALICE, f"Sent to <#C0APPROVALS>. Needs {needs} from <!subteam^S0ADMINS>.")
    return await card_with(world, REASON)


def quorum_of(world: World, kind: AnyKind) -> int:
    """Return how many people have to approve a kind outside of workspaces with their own rules."""
    return world.rt.policy.rule_for(kind.name, None, None).quorum


async def approve(world: World, kind: AnyKind, card: Json) -> None:
    """Let as many people approve as have to."""
    for n, user in enumerate((BOB, CAROL)[: quorum_of(world, kind)], 1):
        await press(world, user, card, "request_approve")
        if n < quorum_of(world, kind):
            await card_with(world, f"{n} of {quorum_of(world, kind)} so far")


async def look(world: World, kind: AnyKind, request: Request) -> Done | None:
    """Let a kind look whether its effect is there."""
    return await kind.effect.look(look_of(world.rt, kind.asked(request)))


async def apply(world: World, kind: AnyKind, request: Request) -> object:
    """Let a kind do what a request says, as the engine does."""
    return await kind.effect.apply(act_of(world.rt, kind.asked(request)))


async def revert(world: World, kind: AnyKind, request: Request) -> object:
    """Let a kind take back what a request did, as the engine does."""
    assert kind.effect.revert
    return await kind.effect.revert(act_of(world.rt, kind.asked(request)))


def writes_since(world: World, seq: int) -> list[str]:
    """Return the changes that the Claude API was asked for since then."""
    calls = [entry for entry in world.sandbox.wire.after(seq) if entry.service == "claude"]
    return [entry.name for entry in calls if entry.name.startswith(WRITES)]


def now_on_the_wire(world: World) -> int:
    """Return how much has gone over the wire so far."""
    return max((entry.seq for entry in world.sandbox.wire.after(0)), default=0)
