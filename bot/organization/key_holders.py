"""Who has a working key: to whom it was handed over, else the person who asked for it, else the member who made it."""

from bot.approvals.act import Others
from bot.approvals.kind import all_kinds
from bot.people import db as links
from bot.runtime import Runtime


async def members_with_keys(rt: Runtime) -> frozenset[str]:
    """Return the ids of the members to whom a working key belongs. What it costs grows with the keys alone."""
    working = [key for key in await rt.directory.keys() if key.status == "active"]
    others, asked = Others(rt.store), dict[str, str]()
    for kind in all_kinds(rt).values():
        if kind.issues_keys:
            asked |= await others.requesters_of(kind.name, [key.id for key in working])
    given = await others.handed_over([key.id for key in working])
    asked |= {key_id: owned.owner.slack_id for key_id, owned in given.items()}
    async with rt.store.read() as tx:
        known = await links.find_all(tx, set(asked.values()))
    made = {key.created_by for key in working if key.created_by and key.id not in asked}
    return frozenset(made | {link.member_id for link in known.values()})
