"""What the organization and its Admin key can do, as far as somebody found out, and how that is said. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from bot.words.own import Own

ASK_EVERY = timedelta(days=1)
ASK_UNKNOWN_EVERY = timedelta(minutes=15)
"""What could not be found out is asked again soon."""


class Can(StrEnum):
    """What not every organization or key can do (admin-api.md §3)."""

    KEYS = "keys"
    SPEND_LIMITS = "spend_limits"
    ACTIVITIES = "activities"
    CREATE_KEYS = "create_keys"
    COST_BY_KEY = "cost_by_key"
    RATE_LIMITS = "rate_limits"


TITLES: Mapping[Can, Own] = {
    Can.KEYS: "Workspaces and API keys",
    Can.SPEND_LIMITS: "Spend limits by API",
    Can.ACTIVITIES: "Activity feed",
    Can.CREATE_KEYS: "Keys created by API",
    Can.COST_BY_KEY: "Cost by key and person",
    Can.RATE_LIMITS: "Rate limits of workspaces",
}
MENDS: Mapping[Can, str] = {
    Can.KEYS: (
        "Claude Enterprise organizations have none. If yours has them, an organization admin makes a new Admin key in the "
        "Claude Console, and the people who run Quartermaster put it into ANTHROPIC_ADMIN_KEY."
    ),
    Can.SPEND_LIMITS: (
        "They are a preview: ask your Anthropic account team. Until then people set them in the Console. Spend alerts work "
        "without it."
    ),
    Can.ACTIVITIES: (
        "Switch the Compliance API on in the Console under Settings, Security, then make a new Admin key. An older "
        "key can't read it. Everything else works without it, but I can't check what people change in the Console."
    ),
    Can.CREATE_KEYS: "People create them in the Console: I send them the steps and see when the key is there.",
    Can.COST_BY_KEY: (
        "I read the older reports, which split cost by workspace and model alone. Ask your Anthropic account team for the "
        "usage and cost analytics."
    ),
    Can.RATE_LIMITS: "People change them in the Console under Limits.",
}
"""What to do where it is not offered."""
ONLY_WHEN_CREATED = "I'll know when the first key is created."
NEVER_ASKED = "I haven't asked the Claude API yet."


class Capability(BaseModel):
    """Whether something can be done: yes, no or unknown (None), why not in one sentence, and when that was found out."""

    model_config = ConfigDict(frozen=True)

    can: bool | None = None
    because: str = NEVER_ASKED
    found_at: datetime | None = None


class Capabilities(BaseModel):
    """All that was found out about an organization (its id), last asked for at `asked_at`; None: nobody ever could ask."""

    model_config = ConfigDict(frozen=True)

    organization: str = ""
    asked_at: datetime | None = None
    found: dict[Can, Capability] = {}

    def of(self, what: Can) -> Capability:
        """Return what is known of one of them."""
        return self.found.get(what, Capability())

    def over(self, before: "Capabilities") -> "Capabilities":
        """Return these where they are known, and else what was known of the same organization before."""
        # One that didn't even say which one it is says nothing against what was known.
        kept = before.found if self.organization in ("", before.organization) else {}
        found = {what: self.of(what) if self.of(what).can is not None else kept.get(what, self.of(what)) for what in Can}
        return Capabilities(organization=self.organization or before.organization, asked_at=self.asked_at, found=found)

    def is_due(self, now: datetime) -> bool:
        """Tell whether to ask again. A moment in the future is that of a clock that was set back."""
        if self.asked_at is None or self.asked_at > now:
            return True
        is_open = any(self.of(what).can is None and self.of(what).because != ONLY_WHEN_CREATED for what in Can)
        return now - self.asked_at >= (ASK_UNKNOWN_EVERY if is_open else ASK_EVERY)


def why_not(what: Can, known: Capability) -> str:
    """Return in plain text why something isn't offered and what to do about it; of what is unknown, that."""
    if known.can is None:
        return f"I don't know yet. {known.because}"
    return "" if known.can else f"Not offered: {known.because} {MENDS[what]}"
