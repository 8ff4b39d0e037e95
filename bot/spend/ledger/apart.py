"""The names of what figures are of, told apart where two are alike."""

from collections.abc import Iterable

from bot.spend.alike import told_apart
from bot.store.names import names_of
from bot.store.session import Tx


async def names_apart(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """Return the names of ids that stand beside each other."""
    wanted = set(ids)
    return told_apart(wanted, await names_of(tx, wanted))
