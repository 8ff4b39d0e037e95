"""Everything that can go wrong, in families: a person asked for it, or a call to the Admin API or to Slack failed.

All carry one sentence that may be shown to the person as it is. Neither ever carries a secret.
"""

from collections.abc import Mapping
from typing import LiteralString


class QuartermasterError(Exception):
    """The root of both families. `sentence` is one sentence for the person."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class UserError(QuartermasterError):
    """The person can't have this, or has to ask differently. Its sentence is mrkdwn, in which names are escaped."""

    def __init__(self, sentence: LiteralString) -> None:
        super().__init__(sentence)


class InvalidInput(UserError):
    """The input doesn't hold; `fields` maps a field's name to one sentence about it. They and `sentence` are plain text."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super(UserError, self).__init__(" ".join(fields.values()) or "That input isn't valid.")
        self.fields = dict(fields)


class NotLinked(UserError):
    """The Slack user isn't linked to a member of the organization; `about` says so of somebody else than the reader."""

    def __init__(self, sentence: LiteralString, about: LiteralString = "") -> None:
        super().__init__(sentence)
        self.about: LiteralString = about or sentence


class NotAllowed(UserError):
    """The person may not do this."""


class NotFound(UserError):
    """The thing that was named doesn't exist, or the person may not know that it does."""


class RequestClosed(UserError):
    """The request is in a state in which this can't happen any more."""


class AlreadyDecided(UserError):
    """Somebody else was first."""


class UpstreamError(QuartermasterError):
    """A call to the Admin API failed.

    `status` is the HTTP status (None: no answer came), `error_type` and `error_code` are the API's own words for it,
    `request_id` is what its support asks for, `retry_after` is in seconds. `may_have_happened` is true when a change was
    sent and its outcome is unknown: look before repeating it. `may_come_late`: the API may still be at it, so that looking
    now tells little. `repeatable` is for the client's own retries: the call may be
    repeated as it is.
    """

    def __init__(
        self,
        sentence: str,
        *,
        status: int | None = None,
        error_type: str | None = None,
        error_code: str | None = None,
        request_id: str | None = None,
        may_have_happened: bool = False,
        may_come_late: bool = False,
        retry_after: float | None = None,
        repeatable: bool = False,
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.error_type = error_type
        self.error_code = error_code
        self.request_id = request_id
        self.may_have_happened = may_have_happened
        self.may_come_late = may_come_late
        self.retry_after = retry_after
        self.repeatable = repeatable

    def __repr__(self) -> str:
        facts = f"status={self.status}, error_type={self.error_type!r}, error_code={self.error_code!r}"
        rest = f"request_id={self.request_id!r}, may_have_happened={self.may_have_happened}"
        return f"{type(self).__name__}({self.sentence!r}, {facts}, {rest})"


class UpstreamRefused(UpstreamError):
    """A business rule of the API said no (4xx); repeating it changes nothing."""


class PreviewUnavailable(UpstreamRefused):
    """The endpoint is a preview or beta that isn't switched on for this organization."""


class UpstreamMissing(UpstreamError):
    """The API doesn't know the thing that was named (404)."""


class UpstreamAuth(UpstreamError):
    """The Admin key isn't accepted, or may not do this (401, 403)."""


class UpstreamBusy(UpstreamError):
    """The API turned a call away that may work later, also after retries: it is over its limit or overloaded (429, 529), the
    same membership is being changed by another call, or our own budget of requests is used up.
    """


class OwnQueueFull(UpstreamBusy):
    """The bot's own share of the Admin API's budget is used up: nothing was sent, and a minute later it can be."""


class UpstreamDown(UpstreamError):
    """No usable answer came: 5xx, network failure, timeout, or an answer that can't be read."""


class OrganizationOnHold(UpstreamDown):
    """Each call is turned away until somebody has paid; that says nothing about what was asked for."""


class SlackError(QuartermasterError):
    """A call to Slack failed. `code` is Slack's own word for it, such as `invalid_blocks`."""

    def __init__(self, sentence: str, code: str = "") -> None:
        super().__init__(sentence)
        self.code = code


class SlackRefused(SlackError):
    """Slack answered that it won't; repeating it changes nothing."""


class SlackTooLate(SlackRefused):
    """Slack lets a window open for three seconds after the click only, and they had passed."""


class SlackWindowClosed(SlackRefused):
    """The person closed the window that was to be drawn again."""


class SlackDown(SlackError):
    """No usable answer came from Slack. What was sent may have arrived."""
