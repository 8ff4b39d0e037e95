"""What `python -m bot doctor` says of names in the policy that match nothing; channels are looked at by themselves."""

from bot.errors import UpstreamError
from bot.kinds.registry import KINDS
from bot.policy.contacts import people_of, user_groups_of
from bot.policy.file import load_policy
from bot.policy.model import Policy
from bot.policy.names import Known, loose
from bot.ports import Admin
from bot.settings.model import Settings
from bot.slack.probe import probe_account, probe_group


async def examine_names(settings: Settings, admin: Admin, *, slack_answers: bool) -> list[str]:
    """Return a sentence about each name in the policy that matches nothing; what nobody answers is left out."""
    policy = load_policy(settings.policy_file, KINDS)
    known = await _workspaces(admin) if policy.workspaces else Known()
    if slack_answers:
        known = known.model_copy(update=await _in_slack(settings, policy))
    return [f"policy: {one.sentence}" for one in loose(policy, known)]


async def _workspaces(admin: Admin) -> Known:
    try:
        every = [one async for one in admin.workspaces(include_archived=True)]
    except UpstreamError:
        return Known()  # said of the Claude API itself
    return Known(
        workspaces={one.id: one.name for one in every if one.archived_at is None},
        archived={one.id: one.name for one in every if one.archived_at is not None},
    )


async def _in_slack(settings: Settings, policy: Policy) -> dict[str, dict[str, str]]:
    groups = {one: await probe_group(settings, one) for one in user_groups_of(policy)}
    people = {one: await probe_account(settings, one) for one in people_of(policy)}
    return {
        "groups": {one: problem for one, problem in groups.items() if problem is not None},
        "people": {one: problem for one, problem in people.items() if problem is not None},
    }
