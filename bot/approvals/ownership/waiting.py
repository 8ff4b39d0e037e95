"""What waits to be done to a key that gets another owner: it names the new one. Pure."""

from typing import Any

from bot.approvals.model import Request
from bot.people.model import Who


def owned_by(request: Request, owner: Who) -> dict[str, Any]:
    """Return what changes in a request about a key: whom it concerns, and whose the key is on its card."""
    concerned = [
        one.model_copy(update={**owner.model_dump(), "name": owner.email, "is_reachable": True, "is_unknown": False})
        for one in request.concerned[:1]
    ]
    known = request.known
    if known.key:
        known = known.model_copy(
            update={"key": known.key.model_copy(update={"owner": owner.slack_id, "maker": owner.email})}
        )
    return {"concerned": tuple(concerned), "known": known}
