"""Who may decide a request: today's policy, group membership and account state, read at the click and never remembered."""

import asyncio
from collections.abc import Collection, Sequence

from bot.approvals.model import Request
from bot.errors import NotAllowed, NotLinked
from bot.people.groups import belongs_to
from bot.people.identity import ADMIN_ROLES, LOOKED_AT, Links, find_member, is_admin, may_act
from bot.people.model import Who
from bot.policy.model import ApproverKind, ApproverRef, Rule, stricter
from bot.runtime import Runtime
from bot.slack.markup import Markup, bold, group_mention, mention
from bot.words.wording import listed, plural


async def rule_of(rt: Runtime, request: Request) -> Rule:
    """Return the rule for a request: the policy file's of this moment, and no looser than when it was asked.

    The workspace counts under its name of today.
    """
    await rt.refresh_policy()
    return stricter(request.asked_under, await rule_at(rt, request.kind, request.workspace_id))


async def rule_at(rt: Runtime, kind: str, workspace_id: str | None) -> Rule:
    """Return today's rule for requests of a kind about a workspace (None: the organization)."""
    name = await rt.directory.workspace_name(workspace_id) if workspace_id else None
    return rt.policy.rule_for(kind, workspace_id, name)


async def current_approvers(
    rt: Runtime, people: Sequence[Who], rule: Rule, workspace_id: str | None, *, fresh: bool = True
) -> frozenset[str]:
    """Return the Slack ids of those among `people` who are approvers under the rule as of now.

    Without `fresh` groups may be a minute old: good enough for a list, never for a decision.
    """
    verdicts = await asyncio.gather(*(_is_approver(rt, person, rule, workspace_id, fresh) for person in people))
    return frozenset(person.slack_id for person, is_one in zip(people, verdicts, strict=True) if is_one)


async def still_members(rt: Runtime, people: Sequence[Who], links: Links | None = None) -> list[Who]:
    """Return those whose Slack account and membership still hold; `links` are theirs, where they were read just now."""

    async def holds(person: Who) -> bool:
        try:
            return (await find_member(rt, person.slack_id, links)).id == person.member_id
        except NotLinked:
            return False

    verdicts = await asyncio.gather(*(holds(person) for person in people))
    return [person for person, is_one in zip(people, verdicts, strict=True) if is_one]


async def why_gone(rt: Runtime, person: Who) -> Markup:
    """Return what is wrong with somebody whose Slack account or membership didn't hold just now, in a sentence or two."""
    try:
        found = await find_member(rt, person.slack_id)
    except NotLinked as error:
        return error.about
    return (
        "They joined the organization again since."
        if found.id != person.member_id
        else "Something about their account changed just now."
    )


async def _is_approver(rt: Runtime, person: Who, rule: Rule, workspace_id: str | None, fresh: bool) -> bool:
    among = [rule.approvers, rule.and_of] if rule.and_of else [rule.approvers]
    return all(await asyncio.gather(*(_is_among(rt, person, refs, workspace_id, fresh) for refs in among)))


async def _is_among(rt: Runtime, person: Who, refs: Sequence[ApproverRef], workspace_id: str | None, fresh: bool) -> bool:
    return any(await asyncio.gather(*(_matches(rt, person, ref, workspace_id, fresh) for ref in refs)))


async def _matches(rt: Runtime, person: Who, ref: ApproverRef, workspace_id: str | None, fresh: bool) -> bool:
    match ref.kind:
        case ApproverKind.WORKSPACE_ADMINS:
            return workspace_id is not None and await _is_workspace_admin(rt, person, workspace_id)
        case _:
            return await belongs_to(rt, person, ref, fresh=fresh)


async def _is_workspace_admin(rt: Runtime, person: Who, workspace_id: str) -> bool:
    if await is_admin(rt, person.member_id):
        return True
    async for member in rt.admin.workspace_members(workspace_id):
        if member.user_id == person.member_id:
            return member.workspace_role == "workspace_admin"
    return False


async def check_can_be_approved(rt: Runtime, request: Request, rule: Rule, concerned: Sequence[Who]) -> None:
    """Raise NotAllowed where too few others could ever approve, so that nobody waits for nothing.

    `concerned` are the requester and those whom it is about. How many workspace admins there are isn't asked; people in
    Slack count without those whose account is no longer active. Who is there twice counts twice: it only ever says too many.
    """
    could = [ref for ref in rule.approvers if request.workspace_id or ref.kind is not ApproverKind.WORKSPACE_ADMINS]
    if not could:
        raise NotAllowed(
            "Nothing was sent. The policy lets only workspace admins approve this, but it is about no workspace. "
            "Ask the people who run Quartermaster to change the policy."
        )
    if any(ref.kind is ApproverKind.WORKSPACE_ADMINS for ref in could):
        return
    by_admins = any(ref.kind is ApproverKind.ORG_ADMINS for ref in could)
    asking, asking_members = {one.slack_id for one in concerned}, {one.member_id for one in concerned}
    admins = await _admins(rt) if by_admins else frozenset[str]()
    if len(admins - asking_members) >= rule.quorum:
        return
    people = await _people_named(rt, could)
    named = await _count_active(rt, people - asking, rule.quorum)
    if by_admins and named + len(admins - asking_members) < rule.quorum:
        admins = await _admins(rt, fresh=True)
    others = named + len(admins - asking_members)
    if others < rule.quorum:
        needs = needs_in_words(rule, request.workspace_name)
        own = {one.slack_id for one in concerned if one.slack_id in people or one.member_id in admins}
        raise NotAllowed(too_few_in_words(needs, rule.quorum, others, len(own), len(concerned)))


async def _people_named(rt: Runtime, refs: Sequence[ApproverRef]) -> set[str]:
    """Return the Slack ids of those who are named themselves, or as a user group."""
    people = {ref.id or "" for ref in refs if ref.kind is ApproverKind.USER}
    for ref in refs:
        if ref.kind is ApproverKind.USERGROUP:
            people |= await rt.notifier.group_members(ref.id or "")
    return people


async def _admins(rt: Runtime, *, fresh: bool = False) -> frozenset[str]:
    return frozenset(one.id for one in await rt.directory.members(fresh=fresh) if one.role in ADMIN_ROLES)


def too_few_in_words(needs: Markup, quorum: int, others: int, asking: int, concerned: int) -> Markup:
    """Return why too few people could approve a request, and what helps.

    `others` could, and so could `asking` of the `concerned` people if somebody else asked.
    """
    if others + asking < quorum:
        who: Markup = f"only {plural(others + asking, 'person', 'people')}" if others + asking else "nobody"
        then = "Ask the people who run Quartermaster to name more approvers."
        return f"Nothing was sent. {needs}, but {who} can approve it, no matter who asks. {then}"
    why = "you can't approve your own" if concerned == 1 else "you and the person it is for can't approve it"
    who = f"only {plural(others, 'other person', 'other people')}" if others else "nobody else"
    return f"Nothing was sent. {needs}, but {why}, and {who} can. Let somebody else ask for it."


async def _count_active(rt: Runtime, people: Collection[str], enough: int) -> int:
    """Return how many people may act in Slack, at least `enough` where so many may; groups keep people who have left.

    A person who can't be looked up counts, and so do all beyond the first few: many leavers must not hold up a request.
    """
    left = sorted(people)
    unseen, found = len(left[LOOKED_AT:]), 0
    left = left[:LOOKED_AT]
    while left and found + unseen < enough:
        now, left = left[:enough], left[enough:]
        found += sum(await asyncio.gather(*(may_act(rt, one) for one in now)))
    return found + unseen


def approvers_in_words(rule: Rule, workspace_name: str | None) -> Markup:
    """Return whom to ask, as mrkdwn: `@claude-admins or @bob`."""
    found = listed([_in_words(ref, workspace_name) for ref in rule.approvers], last="or") or "nobody"
    others = listed([_in_words(ref, workspace_name) for ref in rule.and_of], last="or")
    return f"{found} (who must also be one of {others})" if others else found


def needs_in_words(rule: Rule, workspace_name: str | None) -> Markup:
    """Return the rule as it stands on cards and forms, as mrkdwn: `Needs 1 approval from @claude-admins`."""
    if not rule.approvers:
        return f"⚠️ Nobody can approve this: {rule.nobody_because}"
    approvers = approvers_in_words(rule, workspace_name)
    is_one_person = len(rule.approvers) == 1 and rule.approvers[0].kind is ApproverKind.USER
    approvals = "approval" if is_one_person and rule.quorum == 1 else plural(rule.quorum, "approval")
    then: Markup = (
        ". The rule changed after this was asked: if nobody is both, withdraw it and ask again" if rule.and_of else ""
    )
    return f"Needs {approvals} from {approvers}{then}"


def _in_words(ref: ApproverRef, workspace_name: str | None) -> Markup:
    match ref.kind:
        case ApproverKind.USER:
            return mention(ref.id or "")
        case ApproverKind.USERGROUP:
            return group_mention(ref.id or "")
        case ApproverKind.ORG_ADMINS:
            return "the organization's admins"
        case ApproverKind.WORKSPACE_ADMINS:
            return f"the admins of {bold(workspace_name)}" if workspace_name else "the workspace's admins"
