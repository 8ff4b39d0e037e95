"""Taking up by itself what was approved and isn't done: as at the button Retry, only while the approval holds."""

from bot.approvals import execute
from bot.approvals.decide import is_too_old, why_not_approved
from bot.approvals.model import Request, Status
from bot.runtime import Runtime


async def resume(rt: Runtime, request: Request) -> Request:
    """Carry out an approved request that nobody is at, or leave it to a person where its approval no longer counts.

    While the policy file can't be read nobody knows that, and it waits. Raises an UpstreamError or SlackError where that
    can't be looked up now.
    """
    if request.status is not Status.APPROVED:
        return request
    if (await rt.refresh_policy()).nobody_because and not is_too_old(rt, request):
        return request
    if why := await why_not_approved(rt, request):
        return await execute.leave(rt, request, why)
    return await execute.advance(rt, request)


async def recover(rt: Runtime, request: Request) -> Request:
    """Take up a request whose claim is too old, and do it again where that is to be done."""
    return await resume(rt, await execute.recover(rt, request))
