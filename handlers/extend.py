"""The button that asks for a later end of a grant. Its form is the kind's own, with the day alone (handlers/forms.py)."""

from bot.approvals import decide
from bot.approvals.extensions import check_extensible, may_ask
from bot.approvals.kind import find_kind
from bot.errors import NotAllowed
from handlers.edge.interaction import Interaction
from handlers.forms import extension_door


async def extend(call: Interaction) -> None:
    """Open the form that asks for a later end, filled in as the grant was asked."""
    grant = await decide.load(call.rt, call.value)
    kind = find_kind(call.rt, grant.kind)
    check_extensible(kind, grant, call.rt.now())
    if not may_ask(grant, call.actor.who):
        raise NotAllowed("Only the people whom it concerns can ask for more time.")
    await extension_door(kind, grant).open(call, {"reason": grant.reason})
