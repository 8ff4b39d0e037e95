"""What the bot has registered with Slack, read from the handlers' own tables: nothing new escapes being attacked."""

from bot.kinds.registry import KINDS
from bot.spend.alerts.forms import ALERT
from bot.spend.digests.forms import DIGEST
from handlers import FEATURES, forms


def registered(table: str) -> tuple[str, ...]:
    """Return every name in a table (actions, views, options, commands, shortcuts, events) of all features."""
    features = [*FEATURES, *(forms.feature_of(kind) for kind in KINDS.values())]
    return tuple(dict.fromkeys(name for feature in features for name in getattr(feature, table)))


FIELDS = tuple(
    dict.fromkeys(
        [
            *(field.name for kind in KINDS.values() for field in kind.form),
            "comment",
            *(field.name for form in (DIGEST, ALERT) for field in form.fields),
        ]
    )
)
"""Every field of every form, by its block id."""
