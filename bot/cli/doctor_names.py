"""What `python -m bot doctor` says of names in the policy that match nothing; channels are looked at by themselves."""

import contextlib
from collections.abc import AsyncGenerator

import aiohttp

from bot.kinds.registry import KINDS
from bot.policy.file import load_policy
from bot.policy.names import Known, loose
from bot.ports.admin import Admin
from bot.settings.model import Settings
from bot.slack.notifier import SlackNotifier
from bot.slack.probe import web_client
from bot.status.names import find_known


async def examine_names(settings: Settings, admin: Admin, *, slack_answers: bool) -> list[str]:
    """Return a sentence about each name in the policy that matches nothing; what nobody answers is left out."""
    policy = load_policy(settings.policy_file, KINDS)
    async with _slack(settings) as notifier:
        known = await find_known(admin, notifier if slack_answers else None, policy, Known())
    return [f"policy: {one.sentence}" for one in loose(policy, known)]


@contextlib.asynccontextmanager
async def _slack(settings: Settings) -> AsyncGenerator[SlackNotifier]:
    async with aiohttp.ClientSession() as session:
        yield SlackNotifier(web_client(settings, settings.slack_bot_token, session), session)
