"""What the Admin API's failures mean: one type, one sentence for a person, and whether the call may be repeated.

Branches on `error.details.error_code`, then on the status, never on the message, as the API's documentation asks. The
message is passed on for refusals, cut and with anything that looks like a credential taken out.
"""

import email.utils
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast

from bot.admin.call import ApiCall
from bot.errors import (
    OrganizationOnHold,
    PreviewUnavailable,
    UpstreamAuth,
    UpstreamBusy,
    UpstreamDown,
    UpstreamError,
    UpstreamMissing,
    UpstreamRefused,
)
from bot.log import redact_text

PREVIEW_CODES = frozenset(
    {"spend_limits_admin_api_writes_not_enabled", "organization_type_not_supported", "organization_not_enrolled_in_beta"}
)

ON_HOLD = "organization_on_hold"
CONCURRENT = "concurrent_membership_change"
"""The one conflict that passes by itself; what others are in conflict with stays, such as a name that is taken."""

SENTENCES = {
    "already_member": "This person is already a member of the organization.",
    "invite_already_exists": "There is already a pending invite for this address.",
    "email_domain_not_allowed": "The organization doesn't allow addresses of this domain.",
    "cannot_invite_emails_with_unverified_domains": "The organization invites only addresses of verified domains.",
    "org_member_limit_exceeded": "The organization has reached its limit of members.",
    "cannot_remove_last_member": "The last member of an organization can't be removed.",
    CONCURRENT: "Somebody changed this membership at the same moment.",
    "workspace_member_limit_exceeded": "The workspace has reached its limit of members.",
    "org_api_key_limit_exceeded": "The organization has reached its limit of active API keys.",
    "workspace_api_key_limit_exceeded": "The workspace has reached its limit of active API keys.",
    "spend_limits_admin_api_writes_not_enabled": "Spend limits by API aren't switched on for this organization.",
    "organization_type_not_supported": "This isn't available for this kind of organization.",
    "organization_not_enrolled_in_beta": "The organization isn't enrolled in this beta.",
    ON_HOLD: "The organization is on hold. Its billing page in the Claude Console says why.",
}

UNREADABLE = "The Claude Admin API gave an answer that I can't read."
UNREACHABLE = "The Claude Admin API can't be reached now."
SILENT = "The Claude Admin API didn't answer in time."
UNSENDABLE = "This holds a character that can't be sent to the Claude Admin API."
REFUSED_KEY = "The Claude Admin API doesn't accept the bot's Admin key for this."
NOT_THE_API = "Something on the way to the Claude Admin API, such as a proxy, answered in its place."
TOLD_TWICE = "it tells the same figures twice"
OUR_BUDGET = "Too many requests to the Claude Admin API are waiting."

_RETRYABLE = frozenset({408, 409, 429})
_GIVEN_UP = frozenset({408, 504, 524})
"""What a gateway answers that stopped waiting: the API behind it may be at it still (524 is Cloudflare's)."""


def error_from_answer(call: ApiCall, status: int, headers: Mapping[str, str], content: bytes) -> UpstreamError:
    """Return the error that an answer with a status outside 2xx stands for; `headers` is looked up case-insensitively.

    A refusal without the API's own words for it (admin-api.md §2) was written by something on the way, such as a proxy's
    page: it says nothing about keys, people and workspaces.
    """
    error_type, code, message, request_id = _facts(content)
    is_foreign = error_type is None and 400 <= status < 500 and status not in (405, *_RETRYABLE)
    kind = UpstreamDown if is_foreign else _kind(status, code)
    return kind(
        NOT_THE_API if is_foreign else _sentence(kind, code, message),
        status=status,
        error_type=error_type,
        error_code=code,
        request_id=headers.get("request-id") or request_id,
        may_have_happened=call.writes and (status >= 500 or status == 408 or is_foreign),
        may_come_late=call.writes and status in _GIVEN_UP,
        retry_after=retry_after(headers),
        repeatable=_repeatable(call, status, headers.get("x-should-retry")),
    )


def no_answer(
    call: ApiCall, sentence: str, sent: bool, request_id: str | None = None, *, may_come_late: bool = False
) -> UpstreamDown:
    """Return the error for a call without a usable answer; `sent` False means that it never left."""
    return UpstreamDown(
        sentence,
        request_id=request_id,
        may_have_happened=call.writes and sent,
        may_come_late=call.writes and may_come_late,
        repeatable=not sent or not call.once,
    )


def contradiction(what: str) -> UpstreamDown:
    """Return the error for an answer of which one part belies another; `what` is said to people, and holds no data of it."""
    return UpstreamDown(f"The Claude Admin API's answer contradicts itself: {what}.")


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return how many seconds the server asks to wait (retry-after-ms, else retry-after in seconds or as a date)."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            return max(0.0, float(headers.get(name, "")) / unit)
        except ValueError:
            continue
    return seconds_until(headers, _http_date(headers.get("retry-after")))


def rate_limit_state(headers: Mapping[str, str]) -> tuple[int, int, float] | None:
    """Return (limit, remaining, seconds to reset) of the request limit, where the server sends it."""
    try:
        limit = int(headers["anthropic-ratelimit-requests-limit"])
        remaining = int(headers["anthropic-ratelimit-requests-remaining"])
        reset = datetime.fromisoformat(headers["anthropic-ratelimit-requests-reset"])
        return limit, remaining, seconds_until(headers, reset if reset.tzinfo else reset.replace(tzinfo=UTC)) or 0.0
    except (KeyError, ValueError):
        return None


def seconds_until(headers: Mapping[str, str], moment: datetime | None) -> float | None:
    """Return the seconds from the answer's own Date (else from now) until `moment`. A clock that is off doesn't matter."""
    if moment is None:
        return None
    now = _http_date(headers.get("date")) or datetime.now(UTC)
    return max(0.0, (moment - now).total_seconds())


def _http_date(text: str | None) -> datetime | None:
    try:
        parsed = email.utils.parsedate_to_datetime(text or "")
    except ValueError:
        return None
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _facts(content: bytes) -> tuple[str | None, str | None, str, str | None]:
    """Read type, error_code, message and request id from an error body, or nothing from anything else."""
    try:
        body: Any = json.loads(content)
    except (ValueError, RecursionError):
        return None, None, "", None
    if not isinstance(body, dict) or not isinstance(cast(dict[str, Any], body).get("error"), dict):
        return None, None, "", None
    whole = cast(dict[str, Any], body)
    error: dict[str, Any] = whole["error"]
    details: Any = error.get("details")
    code: Any = cast(dict[str, Any], details).get("error_code") if isinstance(details, dict) else None
    # The API says "error" at the top, too; a gateway in the manner of another API doesn't (admin-api.md §2).
    error_type = _text(error.get("type")) if whole.get("type") == "error" else None
    return error_type, _text(code), _text(error.get("message")) or "", _text(whole.get("request_id"))


def _text(value: object) -> str | None:
    return redact_text(value)[:300] if isinstance(value, str) else None


def _kind(status: int, code: str | None) -> type[UpstreamError]:
    if code in PREVIEW_CODES:
        return PreviewUnavailable
    if code == ON_HOLD:
        return OrganizationOnHold
    if status in (401, 403):
        return UpstreamAuth
    if status == 404:
        return UpstreamMissing
    if status in (429, 529) or code == CONCURRENT:
        return UpstreamBusy
    return UpstreamRefused if 400 <= status < 500 and status != 408 else UpstreamDown


def _sentence(kind: type[UpstreamError], code: str | None, message: str) -> str:
    if code in SENTENCES:
        return SENTENCES[code]
    if kind is UpstreamAuth:
        return REFUSED_KEY
    if kind is UpstreamMissing:
        return "The Claude organization doesn't have this, or no longer has it."
    if kind is UpstreamBusy:
        return "The Claude Admin API is busy."
    if kind is UpstreamDown:
        return "The Claude Admin API failed."
    return f"The Claude Admin API refused: {message.rstrip('.')}." if message else "The Claude Admin API refused this."


def _repeatable(call: ApiCall, status: int, advice: str | None) -> bool:
    """Retry what the official SDK retries, but a creation only when it was surely turned away."""
    if advice == "false":
        return False
    if call.once:
        return status == 429 or (status == 409 and call.method == "DELETE")
    return advice == "true" or status in _RETRYABLE or status >= 500
