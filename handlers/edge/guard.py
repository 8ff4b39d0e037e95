"""How an act ends: done, refused, or failed, and in the last two cases with one sentence for the person who acted."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

from bot.errors import (
    InvalidInput,
    NotLinked,
    OrganizationOnHold,
    QuartermasterError,
    SlackError,
    SlackRefused,
    SlackTooLate,
    SlackWindowClosed,
    UpstreamAuth,
    UpstreamError,
    UpstreamMissing,
    UpstreamRefused,
    UserError,
)
from bot.log import bind_correlation
from bot.people.identity import resolve_actor, resolve_colleague
from bot.runtime import Runtime, broken_because
from bot.slack import ids
from bot.slack.blocks import modal, section
from bot.slack.markup import Markup, bold, code, escape, truncate
from bot.slack.model import Message
from bot.words.own import Own, own
from handlers.edge.interaction import Interaction, Json, text_at
from handlers.edge.offered import offered

log = structlog.get_logger()

Listener = Callable[[Interaction], Awaitable[None]]
LookUp = Callable[[Interaction], Coroutine[Any, Any, Any]]


async def guarded(
    rt: Runtime,
    call: Interaction,
    run: Listener,
    *,
    fresh: bool = False,
    again: Callable[[Interaction, str], Json] | None = None,
    meanwhile: LookUp | None = None,
    for_colleagues: bool = False,
) -> None:
    """Find out who acts and run a listener; what it raises becomes one sentence, with a reference where we failed.

    `fresh` asks Slack and the organization now who they are. `again` draws the form that was sent, with a sentence on
    top. `meanwhile` only looks things up: its result is used once it is known who asks. `for_colleagues`: answered as
    well while the organization can't be asked.
    """
    call.ref = bind_correlation()
    await rt.tasks.wait_for_lull()
    with rt.meter.spans.span(_act_of(call), request=f"{call.value} {call.private_metadata}", ref=call.ref):
        await _run(rt, call, run, fresh, again, meanwhile, for_colleagues)


def _act_of(call: Interaction) -> str:
    """Return what kind of act it is, in a word."""
    return {"block_actions": "click", "view_submission": "form"}.get(text_at(call.payload, "type"), "command")


async def _run(
    rt: Runtime,
    call: Interaction,
    run: Listener,
    fresh: bool,
    again: Callable[[Interaction, str], Json] | None,
    meanwhile: LookUp | None,
    for_colleagues: bool,
) -> None:
    looking = asyncio.create_task(meanwhile(call)) if meanwhile else None
    try:
        if for_colleagues:
            call.set_actor(await resolve_colleague(rt, call.user_id, call.team_id))
        else:
            call.set_actor(await resolve_actor(rt, call.user_id, call.team_id, fresh=fresh))
        call.found = await looking if looking else None
        await offered(rt, run(call))
    except NotLinked as refusal:
        log.info("refused", user=call.user_id, reason=refusal.sentence)
        await _tell(call, said_of(refusal))
    except UserError as refusal:
        await _tell(call, said_of(refusal))
    except SlackTooLate as late:
        await _tell(call, f"⚠️ {escape(late.sentence)}")
    except SlackWindowClosed:
        log.info("window_closed", user=call.user_id)  # by the person, so nobody waits for what was to stand in it
    except (UpstreamError, SlackError) as error:
        log.warning("outside_failed", error=type(error).__name__, detail=repr(error), user=call.user_id)
        said = f"{error.sentence} Nothing was changed. {what_next(error)}"
        view = again(call, f"{said} ref {call.ref}") if again else None
        await _tell(call, f"⚠️ {escape(said)} {code(f'ref {call.ref}')}", view)
    except Exception as error:
        log.exception("listener_failed", user=call.user_id)
        sentence = f"{broken_because(error)} Part of it may be done already. Check before you try again."
        await _tell(call, f"⚠️ {escape(sentence)} {code(f'ref {call.ref}')}")
    finally:
        if looking:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)  # a refused person needn't hear what else failed


def what_next(error: QuartermasterError) -> Own:
    """Return what somebody does whose act failed outside: what is refused or gone, no minute mends."""
    if isinstance(error, UpstreamMissing):
        return "Open the list again to see what there is now."
    is_refused = isinstance(error, UpstreamAuth | UpstreamRefused | OrganizationOnHold | SlackRefused)
    return "Tell the people who run Quartermaster." if is_refused else "Try again in a minute."


async def quietly(rt: Runtime, call: Interaction, run: Listener) -> None:
    """Run a listener that only helps: what it raises is logged, and what is on the person's screen stays."""
    bind_correlation()
    try:
        call.set_actor(await resolve_actor(rt, call.user_id, call.team_id))
        await run(call)
    except QuartermasterError as error:
        log.info("hint_not_given", error=type(error).__name__)
    except Exception:
        log.exception("hint_failed")


async def _tell(call: Interaction, sentence: Markup, view: Json | None = None) -> None:
    """Say one sentence in the modal that is open, else privately; if even that fails it is in the log."""
    try:
        if call.in_modal and await _shown(call, view or notice_view(sentence)):
            return
        if call.user_id:
            await call.say(plain_answer(sentence))
    except Exception as error:
        log.warning("person_not_told", user=call.user_id, error=type(error).__name__)


async def _shown(call: Interaction, view: Json) -> bool:
    try:
        await call.update_view(call.view_id, view)
    except SlackError:
        return False  # closed in the meantime
    return True


def said_of(error: QuartermasterError) -> Markup:
    """Return an error's sentence as markup: that of a UserError is, InvalidInput says again what somebody typed."""
    is_markup = isinstance(error, UserError) and not isinstance(error, InvalidInput)
    return own(error.sentence) if is_markup else escape(error.sentence)


def plain_answer(markup: Markup) -> Message:
    """Return a message of one paragraph."""
    return Message(markup, [section(markup)])


def not_here(call: Interaction) -> Message:
    """Return what is said of words behind a command that takes none."""
    name = call.parsed.subcommand.name if call.parsed and call.parsed.subcommand else ""
    alone = code(f"{text_at(call.payload, 'command')} {name}".strip())
    return plain_answer(
        f"I don't know {bold(truncate(' '.join(call.words), 100))} here. Type {alone} with nothing after it."
    )


def notice_view(markup: Markup, title: str = "Quartermaster") -> Json:
    """Return a modal that only says something."""
    return modal(ids.NOTICE_VIEW, title, [section(markup)], close="Close")
