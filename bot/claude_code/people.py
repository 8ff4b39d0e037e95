"""Who may see whose figures by name: decided here and nowhere else, at each act, for answers, pages, files and posts."""

import hmac
from dataclasses import replace

from bot.approvals.authority import current_approvers
from bot.claude_code.model import CodeQuery
from bot.claude_code.naming import Sight
from bot.errors import NotLinked
from bot.people.identity import find_member
from bot.people.model import Actor
from bot.policy.model import Rule
from bot.runtime import Runtime
from bot.slack.markup import Markup
from bot.spend.scope import EVERYBODY
from bot.spend.visibility import sees_all
from bot.words.addresses import same_form

ONLY_OWN: Markup = "you may see only your own figures"
"""What is said where a question was narrowed to what somebody may see."""


async def seen_by(rt: Runtime, actor: Actor, query: CodeQuery) -> CodeQuery:
    """Return what of a question somebody may see as of now: their own, unless they see everybody's figures.

    Everybody's see those whom SPEND_VISIBLE_TO lets see all cost and usage, and those whom the policy lets see people.
    """
    return query if query.mine or await sees_everybody(rt, actor) else replace(query, mine=True)


async def sees_everybody(rt: Runtime, actor: Actor) -> bool:
    """Tell whether somebody may see what others did, by whatever name."""
    return await sees_all(rt, actor) or await _is_named(rt, actor)


async def still_sees_everybody(rt: Runtime, slack_id: str) -> bool:
    """Tell whether the creator of a channel's summary may see what others did as of now."""
    if EVERYBODY in rt.settings.spend_visible_to:
        return True
    try:
        return await sees_everybody(rt, Actor(slack_id, await find_member(rt, slack_id), ""))
    except NotLinked:
        return False


async def sight_of(rt: Runtime, actor: Actor | None) -> Sight:
    """Return how an actor sees others as of now; None stands for the readers of a channel.

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
