"""Which policy holds, on record: one entry for each version that comes to hold, whichever process loads it first."""

from bot.runtime import Runtime
from bot.store.actions import BOT_ACTOR, AuditAction
from bot.store.notes import ONCE, claim_note, drop_notes, noted_keys

_NOTE = "policy:loaded:"


async def record_policy(rt: Runtime) -> None:
    """Put the policy of this moment on record, unless the last one on record has this version."""
    version, now = rt.policy.version, rt.now()
    if version == rt.policy_on_record:
        return
    async with rt.store.write() as tx:
        if await claim_note(tx, f"{_NOTE}{version}", now, ONCE):
            before = [key for key in await noted_keys(tx, _NOTE) if key != f"{_NOTE}{version}"]
            await drop_notes(tx, before)
            was = [key.removeprefix(_NOTE) for key in before]
            because = rt.policy.nobody_because
            tx.audit(now, BOT_ACTOR, AuditAction.POLICY_LOADED, "policy", policy=version, was=was, nobody_because=because)
    rt.policy_on_record = version
