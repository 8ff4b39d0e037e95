"""The names of what figures are of, told apart where two are alike."""

from collections.abc import Awaitable, Callable, Iterable

from bot.spend.alike import told_apart
from bot.store.names import names_of, read_alike
from bot.store.session import Tx
from bot.tasks import apart


async def names_apart(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """Return the names of ids that stand beside each other."""
    wanted = set(ids)
    return await apart(len(wanted), told_apart, wanted, await names_of(tx, wanted))


async def names_beside(tx: Tx, ids: Iterable[str], there: Callable[[set[str]], Awaitable[set[str]]]) -> dict[str, str]:
    """Return the names of ids as `names_apart` does where others stand beside them that aren't given.

    `there` says which ids stand there; it is asked about those alone that are read alike.
    """
    wanted = set(ids)
    names = await names_of(tx, wanted)
    alike = await read_alike(tx, names.values()) - wanted
    beside = await there(alike) if alike else set[str]()
    return told_apart(wanted | beside, names | (await names_of(tx, beside) if beside else {}))
