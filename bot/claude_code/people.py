"""Who may see whose figures by name: decided here and nowhere else, at each act, for answers, pages, files and posts."""

import hmac

from bot.approvals.authority import current_approvers
from bot.claude_code.naming import Sight
from bot.people.model import Actor
from bot.policy.model import Rule
from bot.runtime import Runtime
from bot.words.addresses import same_form


async def sight_of(rt: Runtime, actor: Actor | None) -> Sight:
    """Return how an actor sees others as of now; None stands for whoever reads a channel.

    The setting decides, and under `pseudonyms` the policy: those whom it names see names, in private answers alone.
    """
    setting, own = rt.settings.claude_code_people, same_form(actor.member.email) if actor else ""
    if setting == "pseudonyms" and actor is not None and await _is_named(rt, actor):
        return Sight("names", own)
    return Sight(setting, own)


async def _is_named(rt: Runtime, actor: Actor) -> bool:
    """Tell whether the policy of this moment lets somebody see names."""
    policy = await rt.refresh_policy()
    refs = tuple(dict.fromkeys(ref for group in policy.see_people for ref in policy.members(group)))
    return bool(refs) and bool(await current_approvers(rt, [actor.who], Rule(approvers=refs), None))


def pseudonym_key(rt: Runtime) -> bytes:
    """Return the key that pseudonyms are made with, derived from the one that encrypts."""
    return hmac.digest(rt.settings.encryption_keys[0].get_secret_value().encode(), b"claude code people", "sha256")
