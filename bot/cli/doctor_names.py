"""What `python -m bot doctor` says of names in the policy that match nothing; channels are looked at by themselves."""

import contextlib
from collections.abc import AsyncGenerator

import aiohttp

from bot.errors import SlackError
from bot.kinds.registry import KINDS
from bot.policy.file import load_policy
from bot.policy.model import ApproverKind, Policy, Rule
from bot.policy.names import Known, loose
from bot.ports.admin import Admin
from bot.settings.model import Settings
from bot.slack.notifier import SlackNotifier
from bot.slack.probe import web_client
from bot.status.names import find_known
from bot.words.wording import listed, plural


async def examine_names(settings: Settings, admin: Admin, *, slack_answers: bool) -> list[str]:
    """Return a sentence about each name in the policy that matches nothing. What nobody answers is left out."""
    policy = load_policy(settings.policy_file, KINDS)
    async with _slack(settings) as notifier:
        known = await find_known(admin, notifier if slack_answers else None, policy, Known())
        short = await _too_few(policy, notifier) if slack_answers else []
    return [f"policy: {said}" for said in (*(one.sentence for one in loose(policy, known)), *short)]


async def _too_few(policy: Policy, notifier: SlackNotifier) -> list[str]:
    """Return a sentence for each number of approvals that is more than people are named, with the kinds that need it."""
    found: dict[str, list[str]] = {}
    for kind, facts in KINDS.items():
        for place in (None, *policy.workspaces) if facts.has_workspace else (None,):
            rule = policy.rule_for(kind, place, place)
            people = await _people_of(rule, notifier)
            if people is None or not 0 < len(people) < rule.quorum:
                continue
            needs = f"{plural(rule.quorum, 'approval')}, but only {plural(len(people), 'person', 'people')} could give them"
            found.setdefault(needs, []).append(f"{kind} in {place}" if place else kind)
    return [f"{listed(kinds)} {'needs' if len(kinds) == 1 else 'need'} {needs}." for needs, kinds in found.items()]


async def _people_of(rule: Rule, notifier: SlackNotifier) -> set[str] | None:
    """Return whom a rule names, None where others may approve as well, or Slack doesn't say who is in a group."""
    people = set[str]()
    for ref in rule.approvers:
        if ref.id is None:
            return None
        try:
            people |= {ref.id} if ref.kind is ApproverKind.USER else await notifier.group_members(ref.id)
        except SlackError:
            return None
    return people


@contextlib.asynccontextmanager
async def _slack(settings: Settings) -> AsyncGenerator[SlackNotifier]:
    async with aiohttp.ClientSession() as session:
        yield SlackNotifier(web_client(settings, settings.slack_bot_token, session), session)
