"""Settings in general: what is forbidden, at the ask, before the act and before its end."""

from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict

from bot.admin.model import Workspace
from bot.approvals.act import Look, Reading, reading_of
from bot.approvals.kind import Kind
from bot.approvals.model import Status
from bot.approvals.outcome import NeedsPerson
from bot.approvals.parts import NOBODY, Checked, Sample, Words
from bot.errors import InvalidInput
from bot.forms.fields import FormField
from bot.kinds.keys.rename import unnamed
from bot.kinds.registry import KINDS, registry_of
from bot.kinds.setting import Found, Setting, Thing
from bot.slack.markup import escape
from tests.approvals.acting import press, until
from tests.approvals.asking import apply, ask, fill_in, revert
from tests.approvals.samples import ALICE as SOMEBODY
from tests.world import ALICE, BOB, World, world_of

FORBIDDEN: set[str] = set()


class Paint(BaseModel):
    """A door is a tag of the Sandbox workspace."""

    model_config = ConfigDict(frozen=True)

    colour: str
    was: str = ""


async def _room(reading: Reading) -> Workspace:
    return next(w for w in await reading.directory.workspaces(fresh=True) if w.name == "Sandbox")


async def _thing(reading: Reading) -> Thing:
    return Thing("The door", (await _room(reading)).tags.get("door", "bare"))


async def _find(reading: Reading, payload: Paint) -> Found[Paint]:
    thing = await _thing(reading)
    return Found(thing, Checked(payload.model_copy(update={"was": thing.value})))


async def _read(look: Look[Paint]) -> Thing:
    return await _thing(look)


async def _write(admin: Any, _payload: Paint, colour: str) -> None:
    room = [workspace async for workspace in admin.workspaces() if workspace.name == "Sandbox"]
    await admin.update_workspace(room[0].id, tags={"door": None if colour == "bare" else colour})


async def _forbids(_reading: Reading, _payload: Paint, colour: str) -> str:
    return f"No door may be {colour}." if colour in FORBIDDEN else ""


DOOR = Setting[Paint](
    noun="colour",
    field="colour",
    find=_find,
    read=_read,
    write=_write,
    which=lambda _payload: "door",
    to=lambda payload: payload.colour,
    was=lambda payload: payload.was,
    already=lambda thing: f"{thing.name} is {thing.value} already.",
    forbids=_forbids,
)
PAINT = Kind(
    name="paint",
    payload=Paint,
    form=(FormField("colour", "Colour"), FormField("reason", "Why", "long_text")),
    words=Words(
        label="Paint the door",
        asks="asks for paint",
        title=lambda asked: f"A {asked.payload.colour} door",
        what=lambda asked: escape(asked.payload.colour),
        done=lambda asked: f"The door is {escape(asked.payload.colour)}",
        then=lambda _asked: "I paint the door",
    ),
    rules=DOOR.rules(lambda _payload: "door"),
    effect=DOOR.effect(),
    concerns=NOBODY,
    sample=Sample(Paint(colour="red", was="bare")),
)


def test_a_key_whose_name_was_changed_is_called_by_neither_name() -> None:
    said = DOOR.drifted(unnamed(Thing("Ingest", "weekly")), "nightly")
    assert said == "Somebody else changed the key: it is weekly now, and was nightly when this was asked."


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    FORBIDDEN.clear()
    async with world_of(tmp_path, kinds=registry_of(*KINDS.values(), PAINT)) as running:
        yield running


async def test_what_is_so_already_or_forbidden_is_said_at_the_ask(world: World) -> None:
    FORBIDDEN.add("red")
    await fill_in(world, ALICE, PAINT, {"colour": "red", "reason": "x"})
    await world.modal(ALICE, "No door may be red.")
    await fill_in(world, ALICE, PAINT, {"colour": "bare", "reason": "x"})
    await world.modal(ALICE, "The door is bare already.")


async def test_what_became_forbidden_is_neither_done_nor_taken_back(world: World) -> None:
    card = await ask(world, PAINT)
    request = (await until(world, card, Status.PENDING)).model_copy(update={"claimed_at": world.rt.now()})
    FORBIDDEN.add("red")
    with pytest.raises(NeedsPerson, match=r"No door may be red\."):
        await apply(world, PAINT, request)
    FORBIDDEN.clear()
    await press(world, BOB, card, "request_approve")
    done = await until(world, card, Status.APPLIED)
    assert (done.outcome.value, done.outcome.was) == ("red", "bare")
    FORBIDDEN.add("bare")
    with pytest.raises(NeedsPerson, match=r"No door may be bare\."):
        await revert(world, PAINT, done)
    FORBIDDEN.clear()
    await revert(world, PAINT, done)


async def test_what_somebody_else_changed_meanwhile_is_left_alone(world: World) -> None:
    card = await ask(world, PAINT)
    request = (await until(world, card, Status.PENDING)).model_copy(update={"claimed_at": world.rt.now()})
    await _write(world.rt.admin, PAINT.sample.payload, "blue")
    with pytest.raises(
        NeedsPerson,
        match=r"Somebody else changed The door: it is blue now, and was bare when this was asked\. Give up, and ask again",
    ):
        await apply(world, PAINT, request)
    with pytest.raises(
        NeedsPerson, match=r"Somebody else changed The door to blue, so I changed nothing\. Check that it is right\."
    ):
        await revert(world, PAINT, request)


async def test_a_thing_that_is_closed_can_not_be_asked_about(world: World) -> None:
    def is_painted(value: str) -> bool:
        return value != "bare"

    closed = replace(DOOR, fits=is_painted)
    with pytest.raises(InvalidInput, match=r"The door is bare, so it can't be changed\."):
        await closed.check(reading_of(world.rt), SOMEBODY, PAINT.sample.payload)


def test_a_setting_that_is_final_has_no_way_back() -> None:
    assert replace(DOOR, is_final=True).effect().revert is None
