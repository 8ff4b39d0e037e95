"""A form at the door: opened at once, redrawn while somebody fills it in, checked, sent, brought back with its values."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from bot.errors import InvalidInput, NotFound, SlackError, UpstreamError, UserError
from bot.forms.draw import Faults, Frame, draw
from bot.forms.fields import READ_BACK, Form, FormInput
from bot.forms.read import given, problems, read
from bot.slack.markup import Markup, escape
from bot.slack.model import OpenView
from bot.slack.state import text_at
from handlers.edge.guard import notice_view, said_of
from handlers.edge.interaction import Interaction, Json
from handlers.edge.register import Hint, View

P = TypeVar("P")
KNOWN_WITHIN = 0.5
"""Seconds that opening a form waits for what it can also do without: Slack lets it be opened for three seconds only."""
Tell = Callable[[Markup], Awaitable[None]]
"""Says in the modal what came of a form that was sent."""
_UNREADABLE: Markup = "I can't read one of the values. Nothing was sent. Check them and try again."


@dataclass(frozen=True)
class Door(Generic[P]):
    """A form, what stands around it, and what sending it does.

    `frame` may look things up; `plain_frame` is what is known without. `send` tells the person what came of it, or raises a
    UserError to bring the form back.
    """

    form: Form[P]
    send: Callable[[Interaction, P, FormInput, Tell], Awaitable[None]]
    frame: Callable[[Interaction, FormInput], Awaitable[Frame]]
    plain_frame: Callable[[Interaction], Frame]
    working: Markup = "Checking…"

    @property
    def view(self) -> View:
        """The form as the edge registers it."""
        return View(run=self._submit, validate=self._problems, working=self.working, again=self._again)

    @property
    def hints(self) -> dict[str, Hint]:
        """What is redrawn as somebody types or chooses, by action id."""
        return {field.action_id: Hint(self.redraw) for field in self.form.fields if field.type in READ_BACK or field.redraws}

    async def open(self, call: Interaction, values: Mapping[str, Any], labels: Mapping[str, str] | None = None) -> None:
        """Open the form with what is known after half a second, and fill in the rest when it is there."""
        held = given(self.form.fields, values, labels or {}, call.rt.now(), call.calendar)
        looking = asyncio.ensure_future(self.frame(call, held))
        try:
            await asyncio.wait({looking}, timeout=KNOWN_WITHIN)
            is_known = looking.done()
            opened = await call.show(draw(self.form, held, self._known(call, looking)))
            if not is_known:
                await self._fill_in(call, held, opened, looking)
        finally:
            looking.cancel()

    def _known(self, call: Interaction, looking: asyncio.Future[Frame]) -> Frame:
        """Return what was found by now. A UserError that was found means that there is no such form for this person."""
        try:
            return looking.result() if looking.done() else self.plain_frame(call)
        except UpstreamError:
            return self.plain_frame(call)

    async def open_once_known(
        self, call: Interaction, find: Coroutine[Any, Any, tuple[Mapping[str, Any], Mapping[str, str]]]
    ) -> None:
        """Open the form with values and labels that are looked up. What takes longer is waited for in the open modal."""
        looking = asyncio.ensure_future(find)
        try:
            await asyncio.wait({looking}, timeout=KNOWN_WITHIN)
            if looking.done():
                await self.open(call, *looking.result())
                return
            opened = await call.show(notice_view("One moment…", self.form.title))
            await self._replace(call, opened, await self._waited_for(call, looking))
        finally:
            looking.cancel()

    async def _waited_for(self, call: Interaction, looking: Awaitable[tuple[Mapping[str, Any], Mapping[str, str]]]) -> Json:
        try:
            held = given(self.form.fields, *await looking, call.rt.now(), call.calendar)
        except (UserError, UpstreamError) as error:
            return notice_view(f"⚠️ {said_of(error)}", self.form.title)
        return draw(self.form, held, await self._soon(call, held))

    async def _soon(self, call: Interaction, held: FormInput) -> Frame:
        """Return the frame if it is known soon, else what is known without looking anything up."""
        try:
            async with asyncio.timeout(KNOWN_WITHIN):
                return await self.frame(call, held)
        except (TimeoutError, UpstreamError, UserError):
            return self.plain_frame(call)

    async def _fill_in(self, call: Interaction, held: FormInput, opened: OpenView, looking: Awaitable[Frame]) -> None:
        """Redraw a form that was opened without what took longer, if nobody has done anything in it since."""
        try:
            view = draw(self.form, held, await looking)
        except UserError as refusal:
            view = notice_view(said_of(refusal), self.form.title)
        except UpstreamError:
            return  # the form is as good without
        await self._replace(call, opened, view)

    async def _replace(self, call: Interaction, opened: OpenView, view: Json) -> None:
        """Redraw a modal as it was opened. One that was closed, sent or changed in the meantime is left alone."""
        with contextlib.suppress(SlackError):
            await call.rt.notifier.update_view(opened.id, view, opened.hash)

    async def redraw(self, call: Interaction) -> None:
        """Say what is known now that somebody chose or typed something. What they typed since stays theirs.

        With the hash of the form as it was: one that was sent or changed meanwhile is left alone.
        """
        if text_at(call.payload, "view", "callback_id") != self.form.id:
            raise NotFound("This form is too old. Close it and open it again.")
        held = self._held(call)

        async def update(as_it_was: str) -> str:
            view = draw(self.form, held, await self.frame(call, held))
            return (await call.rt.notifier.update_view(call.view_id, view, as_it_was)).hash

        await call.rt.redraws.run(call.view_id, call.action_ts, text_at(call.payload, "view", "hash"), update)

    async def _submit(self, call: Interaction) -> None:
        """Send what was typed. A fault brings the form back with everything still in it."""
        held = self._held(call)

        async def tell(said: Markup) -> None:
            await call.finish(notice_view(said, self.form.title))

        try:
            await self.send(call, read(self.form, held), held, tell)
        except InvalidInput as error:
            await self._back(call, held, Faults(at_fields=error.fields), error)
        except ValidationError:
            await self._back(call, held, Faults(on_top=_UNREADABLE), UserError(_UNREADABLE))
        except UserError as error:
            await self._back(call, held, Faults(on_top=said_of(error)), error)

    async def _back(self, call: Interaction, held: FormInput, faults: Faults, error: UserError) -> None:
        """Bring the form back. Where it was closed meanwhile, the refusal itself is what the person has to hear."""
        view = draw(self.form, held, await self._soon(call, held), faults)
        try:
            await call.update_view(call.view_id, view)
        except SlackError:
            raise error from None

    def _again(self, call: Interaction, sentence: str) -> Json:
        return draw(self.form, self._held(call), self.plain_frame(call), Faults(on_top=escape(sentence)))

    def _problems(self, call: Interaction) -> dict[str, str]:
        return problems(self.form, self._held(call))

    def _held(self, call: Interaction) -> FormInput:
        return given(self.form.fields, call.values, call.labels, call.rt.now(), call.calendar)
