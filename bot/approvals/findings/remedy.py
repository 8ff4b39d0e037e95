"""The kind that puts away what a kind makes, as its cards offer it."""

from bot.approvals.findings.view import Remedy
from bot.approvals.kind import all_kinds
from bot.runtime import Runtime


def remedy_of(rt: Runtime, kind_name: str) -> Remedy | None:
    """Return the kind that puts away what a kind makes, and what its button says; None where none is offered."""
    kinds = all_kinds(rt)
    offer = kinds[kind_name].offers if kind_name in kinds else None
    offered = kinds.get(offer.kind) if offer else None
    return (offered.name, f"{offered.label.split()[0]}…") if offered else None
