"""What spend is split by: one entry per dimension, and everything that speaks of dimensions reads the tuple.

Pure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

UNREPORTED = "not reported"
"""Stands for the id of a day that was told by a report which can't split by the dimension; no id has a space."""
UNSPLIT = "not told apart"
"""Stands for the id of what is known of a group as a whole, and not yet by the dimension; no id has a space."""


def named(thing_id: str, names: Mapping[str, str]) -> str:
    """Return the name of a thing as people know it; without one, the end of its id."""
    return names.get(thing_id) or f"…{thing_id[-4:]}"


def short_model(model: str, names: Mapping[str, str] | None = None) -> str:
    """Return a model as people call it: `claude-opus-5-5-20260901` is `opus-5-5`, unless `names` tell it from another."""
    if names and model in names:
        return names[model]
    head, _, tail = model.removeprefix("claude-").rpartition("-")
    return head if len(tail) == 8 and tail.isdigit() else model.removeprefix("claude-")


def spelled(words: Mapping[str, str]) -> Callable[[str, Mapping[str, str]], str]:
    """Return what shows values by these words; one that comes later is shown as it is, with spaces."""

    def show(value: str, _names: Mapping[str, str]) -> str:
        return words.get(value) or value.replace("_", " ").capitalize()

    return show


_KINDS_OF_ACTOR = {"svac_": "Service account", "apikey_": "Key", "user_": "Member"}


def person(actor: str, names: Mapping[str, str]) -> str:
    """Return who spent as people know them: a name, what it is and the end of its id, or a federated subject as it is.

    No Admin key can read what a service account is called.
    """
    kind = next((kind for start, kind in _KINDS_OF_ACTOR.items() if actor.startswith(start)), None)
    return names.get(actor) or (f"{kind} …{actor[-4:]}" if kind else actor)


@dataclass(frozen=True)
class Dimension:
    """One way of splitting spend into parts that add up to the whole."""

    name: str
    """What people type after "by", and what buttons and titles say."""
    heading: str
    """The head of its column in tables."""
    column: str
    """Its column in the ledger's tables, and its field in the rows of reports; "" for none."""
    api_name: str
    """Its name in `group_by[]` of the usage and cost reports (admin-api.md §4.10)."""
    missing: str
    """How the part is called that has no value of it."""
    words: tuple[str, ...] = ()
    """What else people type for it: plurals and synonyms, in lower case, two words at most."""
    show: Callable[[str, Mapping[str, str]], str] = named
    """Returns a value as people know it, given its id and the names of things by id."""
    values: tuple[str, ...] = ()
    """What its values are called, where the Claude API has a list of them."""
    ids: tuple[str, ...] = ()
    """Those values, also of what nobody used yet (admin-api.md §4.10)."""

    @property
    def typed(self) -> tuple[str, ...]:
        """Everything that people may type for it."""
        return (self.name, *self.words)

    @property
    def has_names(self) -> bool:
        """Tell whether its values are ids of things that have names."""
        return self.show is named

    def label(self, thing_id: str, names: Mapping[str, str]) -> str:
        """Return one part's name; "" is the part without a value, UNREPORTED what the report didn't split.

        UNSPLIT is what isn't told apart yet.
        """
        if not thing_id:
            return self.missing
        if thing_id == UNSPLIT:
            return "Not split yet"
        return f"Not reported by {self.name}" if thing_id == UNREPORTED else self.show(thing_id, names)


WORKSPACE = Dimension("workspace", "Workspace", "workspace_id", "workspace_id", "Default", ("workspaces",))
MODEL = Dimension("model", "Model", "model", "model", "Tools and other", ("models",), short_model)
KEY = Dimension(
    "key",
    "Key",
    "api_key_id",
    "api_key_id",
    "Console and sign-ins (no key)",
    ("keys", "api key", "api keys", "api_key", "apikey"),
)
PERSON = Dimension(
    "person",
    "Person",
    "actor",
    "actor",
    "No person or key",
    ("people", "persons", "user", "users", "member", "members", "actor", "actors"),
    person,
)
"""Who caused it: a member, a service account, a federated identity, or a key of which nobody is known (§4.10)."""
_PRODUCTS = {
    "messages_api": "Messages API",
    "message_batches_api": "Message Batches API",
    "managed_agents_api": "Managed Agents API",
    "claude_console": "Claude Console",
    "claude_code": "Claude Code",
    "claude_in_chrome": "Claude in Chrome",
    "claude_tag": "Claude in Slack",
    "chat_cowork_unified": "Chat and Cowork",
    "cc_security_autopatch": "Security autopatch",
}
PRODUCT = Dimension(
    "product",
    "Product",
    "product",
    "product",
    "Tools and other",
    ("products",),
    spelled(_PRODUCTS),
    tuple(_PRODUCTS.values()),
    tuple(_PRODUCTS),
)
TIER = Dimension(
    "tier",
    "Service tier",
    "service_tier",
    "service_tier",
    "No tier",
    ("tiers", "service tier", "service tiers", "service_tier"),
    spelled({}),
    ("standard", "batch", "priority", "priority on demand", "flex", "flex discount"),
    ("standard", "batch", "priority", "priority_on_demand", "flex", "flex_discount"),
)
CONTEXT = Dimension(
    "context",
    "Context window",
    "context_window",
    "context_window",
    "No context window",
    ("contexts", "context window", "context windows", "context_window"),
    spelled({"0-200k": "Up to 200k tokens", "200k-1M": "200k to 1M tokens"}),
    ("up to 200k tokens", "200k to 1M tokens"),
    ("0-200k", "200k-1M"),
)
COST_TYPE = Dimension(
    "cost type",
    "Cost type",
    "cost_type",
    "cost_type",
    "No cost type",
    ("cost types", "cost_type"),
    spelled({"session_usage": "Sessions"}),
    ("tokens", "web search", "code execution", "sessions"),
    ("tokens", "web_search", "code_execution", "session_usage"),
)
TOKENS = "tokens"
"""The cost type of tokens."""
TOKEN_TYPE = Dimension(
    "token type",
    "Token type",
    "token_type",
    "token_type",
    "Tools and other",
    ("token types", "token_type"),
    spelled(
        {
            "uncached_input_tokens": "Input, not cached",
            "cache_read_input_tokens": "Cache read",
            "cache_creation.ephemeral_5m_input_tokens": "Cache write (5 min)",
            "cache_creation.ephemeral_1h_input_tokens": "Cache write (1 h)",
            "output_tokens": "Output",
        }
    ),
)
DIMENSIONS = (WORKSPACE, MODEL, KEY)
"""In the order in which digests and buttons show them."""
ASKED = (*DIMENSIONS, PERSON, PRODUCT, TIER, CONTEXT, TOKEN_TYPE, COST_TYPE)
"""All by which people may ask; which of them go together says `bot/spend/ledger/cuts.py`."""
