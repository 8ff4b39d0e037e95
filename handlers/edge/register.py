"""The one place where listeners meet Bolt: ack first, then work. Every failure becomes one sentence and one log line.

Bolt 1.30 loses the ack of a listener that raises soon after it (slack.md §9.2), so the body runs as a task of its own and
the listener itself never raises. Forms are the exception to "ack, then work": they are checked on local data, and the
ack itself carries the errors, or the view that says that the bot is at it.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from bot.commands.parse import find_command, parse
from bot.commands.table import HELP
from bot.errors import SlackError, UpstreamError, UserError
from bot.people.identity import resolve_actor
from bot.runtime import Runtime
from bot.slack import ids
from bot.slack.markup import Markup
from bot.words.credentials import refusal_of
from handlers.edge.guard import Listener, LookUp, guarded, notice_view, plain_answer, quietly
from handlers.edge.interaction import Interaction, Json, interaction_of, pressed, text_at
from handlers.edge.once import is_first_time
from handlers.edge.unknown import not_understood
from handlers.help_view import help_message

log = structlog.get_logger()

Bolt = Any
"""AsyncApp, whose decorators are untyped."""
Suggest = Callable[[Interaction, str], Awaitable[list[Json]]]
Acking = Callable[[Any, Json], Awaitable[None]]
"""What Bolt calls: it answers by `ack`, and leaves the work to a task of its own."""
ANYTHING = re.compile("")
ACK_ARRIVES = 0.1
"""Seconds; Bolt looks for an ack every 10 ms. An update of the form that overtakes the ack is overwritten by it."""
SUGGEST_WITHIN = 2.3
"""Seconds; Slack gives up on suggestions after three, and shows an error instead of an empty list."""


@dataclass(frozen=True)
class View:
    """A form: `validate` looks at plain values without I/O and returns sentences by block id; `run` does the work.

    While it runs the person sees `working`; `run` replaces that through `call.view_id`. Without `working` the form closes.
    `again` draws the form as it was sent, with a sentence on top, for when the outside world fails before `run` is through.
    """

    run: Listener
    validate: Callable[[Interaction], dict[str, str]] = lambda _call: {}
    working: Markup = "One moment…"
    again: Callable[[Interaction, str], Json] | None = None


@dataclass(frozen=True)
class Button:
    """A button that people wait for: while it is found out who they are, `meanwhile` looks up the rest as `call.found`."""

    run: Listener
    meanwhile: LookUp


@dataclass(frozen=True)
class ForColleagues:
    """A command or button that every colleague may use, also while the organization can't be asked who is a member."""

    run: Listener


@dataclass(frozen=True)
class Hint:
    """What a choice in a form causes before it is sent: a help, whose failure nobody needs to hear of."""

    run: Listener


Action = Listener | Button | Hint | ForColleagues


@dataclass(frozen=True)
class Feature:
    """What a handlers file offers, by the name under which Slack asks for it. A table that is misspelt is a TypeError."""

    commands: Mapping[str, Listener | ForColleagues] = field(default_factory=dict[str, Listener | ForColleagues])
    actions: Mapping[str, Action] = field(default_factory=dict[str, Action])
    views: Mapping[str, View] = field(default_factory=dict[str, View])
    options: Mapping[str, Suggest] = field(default_factory=dict[str, Suggest])
    shortcuts: Mapping[str, Listener] = field(default_factory=dict[str, Listener])
    events: Mapping[str, Listener] = field(default_factory=dict[str, Listener])


def register_features(app: Bolt, rt: Runtime, features: Sequence[Feature]) -> None:
    """Register everything that features offer, and an answer to what none of them knows: no button is ever dead.

    Bolt asks its listeners in turn, each after building what it may want, so there is one for each way to act.
    """
    commands = dict(_each(features, "commands"))
    for name, command in commands.items():
        app.command(f"/{rt.settings.command_prefix}-{name}")(_command(rt, name, command))
    runs = {name: one.run if isinstance(one, ForColleagues) else one for name, one in commands.items()}
    pressable = {name: _action(rt, offered) for name, offered in _each(features, "actions")}
    pressable[ids.TYPED_AGAIN] = _action(rt, _typed_again(runs))
    views = {name: _view(rt, offered) for name, offered in _each(features, "views")}
    options = {name: _options(rt, offered) for name, offered in _each(features, "options")}
    shortcuts = {name: _shortcut(rt, offered) for name, offered in _each(features, "shortcuts")}
    app.action(ANYTHING)(_one_of(pressable, _action(rt, _stale), lambda body: text_at(pressed(body), "action_id")))
    app.view(ANYTHING)(_one_of(views, _view(rt, View(run=_old_form)), lambda body: text_at(body, "view", "callback_id")))
    app.options(ANYTHING)(_one_of(options, _options(rt, _no_options), lambda body: text_at(body, "action_id")))
    app.shortcut(ANYTHING)(_one_of(shortcuts, _shortcut(rt, _old_shortcut), lambda body: text_at(body, "callback_id")))
    for name, run in _each(features, "events"):
        app.event(name)(_event(rt, run))


def _each(features: Sequence[Feature], table: str) -> Iterator[tuple[str, Any]]:
    """Yield what features offer under each name of a table. A name that is offered twice is a ValueError."""
    seen: set[str] = set()
    for name, offered in (item for feature in features for item in getattr(feature, table).items()):
        if name in seen:
            raise ValueError(f"{table}: two features offer {name!r}")
        seen.add(name)
        yield name, offered


def _one_of(listeners: Mapping[str, Acking], otherwise: Acking, name_of: Callable[[Json], str]) -> Acking:
    """Return a listener that hands on to the one that a request names."""

    async def listener(ack: Any, body: Json) -> None:
        await listeners.get(name_of(body), otherwise)(ack, body)

    return listener


async def _stale(call: Interaction) -> None:
    await call.say(plain_answer("That button is from an older message and no longer works. Nothing was changed."))


async def _old_form(call: Interaction) -> None:
    await call.update_view(
        call.view_id, notice_view("This form is from an older version. Nothing was sent. Close it and open it again.")
    )


async def _old_shortcut(call: Interaction) -> None:
    await call.say(plain_answer("That shortcut is from an older version and no longer works."))


async def _no_options(_call: Interaction, _query: str) -> list[Json]:
    return []


def _command(rt: Runtime, name: str, offered: Listener | ForColleagues) -> Acking:
    is_for_all = isinstance(offered, ForColleagues)
    run = offered.run if isinstance(offered, ForColleagues) else offered

    async def listener(ack: Any, body: Json) -> None:
        await ack()
        rt.tasks.spawn(guarded(rt, interaction_of(rt, body), _parsed(name, run), for_colleagues=is_for_all))

    return listener


def _parsed(name: str, run: Listener) -> Listener:
    async def parse_then_run(call: Interaction) -> None:
        if refusal := refusal_of(call.text):
            await call.say(plain_answer(f"⚠️ {refusal} Nothing was done with it."))
            return
        call.parsed = parse(f"/{call.rt.settings.command_prefix}-{name}", call.text)
        if call.parsed.subcommand is None:
            await call.say(not_understood(call))
        elif call.parsed.subcommand is HELP:
            await call.say(help_message(call.rt.settings.command_prefix))
        else:
            await run(call)

    return parse_then_run


def _typed_again(commands: Mapping[str, Listener]) -> Listener:
    """Return what the button below a guess does: the same as typing it."""

    async def run(call: Interaction) -> None:
        slash, _, call.text = call.value.partition(" ")
        found = find_command(slash)
        listener = commands.get(found.name) if found else None
        await (_parsed(found.name, listener) if found and listener else _stale)(call)

    return run


def _action(rt: Runtime, offered: Action) -> Acking:
    if isinstance(offered, Hint):
        return _hint(rt, offered.run)
    is_for_all = isinstance(offered, ForColleagues)
    run = offered.run if isinstance(offered, Button | ForColleagues) else offered
    meanwhile = offered.meanwhile if isinstance(offered, Button) else None

    async def listener(ack: Any, body: Json) -> None:
        await ack()
        call = interaction_of(rt, body)
        rt.tasks.spawn(guarded(rt, call, run, fresh=True, meanwhile=meanwhile, for_colleagues=is_for_all))

    return listener


def _hint(rt: Runtime, run: Listener) -> Acking:
    async def listener(ack: Any, body: Json) -> None:
        await ack()
        rt.tasks.spawn(quietly(rt, interaction_of(rt, body), run))

    return listener


def _shortcut(rt: Runtime, run: Listener) -> Acking:
    async def listener(ack: Any, body: Json) -> None:
        await ack()
        rt.tasks.spawn(guarded(rt, interaction_of(rt, body), run))

    return listener


def _view(rt: Runtime, view: View) -> Acking:
    async def listener(ack: Any, body: Json) -> None:
        call = interaction_of(rt, body)
        errors = _checked(view, call)
        if errors:
            await ack(response_action="errors", errors=errors)
            return
        if view.working:
            await ack(response_action="update", view=notice_view(view.working))
            call.not_before = time.monotonic() + ACK_ARRIVES
        else:
            await ack()
        rt.tasks.spawn(guarded(rt, call, _once(view.run), fresh=True, again=view.again))

    return listener


def _checked(view: View, call: Interaction) -> dict[str, str]:
    try:
        return view.validate(call)
    except Exception:  # a forged form must get an answer too
        log.exception("form_not_read", user=call.user_id)
        return {next(iter(call.values), "form"): "I can't read this form. Nothing was sent. Close it and open it again."}


def _once(run: Listener) -> Listener:
    async def run_once(call: Interaction) -> None:
        if await is_first_time(call.rt, f"view:{call.view_id}:{call.trigger_id}"):
            await run(call)

    return run_once


def _options(rt: Runtime, suggest: Suggest) -> Acking:
    async def listener(ack: Any, body: Json) -> None:
        call = interaction_of(rt, body)
        try:
            async with asyncio.timeout(SUGGEST_WITHIN):
                call.set_actor(await resolve_actor(rt, call.user_id, call.team_id))
                options = (await suggest(call, text_at(body, "value")))[:100]
        except (UserError, UpstreamError, SlackError, TimeoutError) as error:
            log.info("no_suggestions", error=type(error).__name__)
            options = []
        except Exception:
            log.exception("no_suggestions")
            options = []
        await ack(options=options)

    return listener


def _event(rt: Runtime, run: Listener) -> Acking:
    # Bolt acks events before the listener runs, and hands over a repeated one again: the store decides (slack.md §9.2).
    async def listener(body: Json, event: Json) -> None:
        rt.tasks.spawn(_run_event(rt, body, event, run))

    return listener


async def _run_event(rt: Runtime, body: Json, event: Json, run: Listener) -> None:
    user_id = text_at(event, "user") or text_at(event, "user", "id")
    call = Interaction(
        rt=rt, payload=event, user_id=user_id, team_id=text_at(body, "team_id"), channel=text_at(event, "channel")
    )
    try:
        if await is_first_time(rt, f"event:{text_at(body, 'event_id')}"):
            await run(call)
    except (UserError, UpstreamError, SlackError) as error:
        log.info("event_not_handled", event_type=text_at(event, "type"), error=type(error).__name__)
    except Exception:
        log.exception("event_failed", event_type=text_at(event, "type"))
