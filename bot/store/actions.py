"""What an audit entry may say was done, and who is named where the bot itself did it. Pure."""

from enum import StrEnum
from typing import Final

BOT_ACTOR: Final = "quartermaster"
"""The actor of an audit entry about an act of the bot's own; people are named by their Slack id."""


class AuditAction(StrEnum):
    """Every act that goes on record. The values are stored and hashed, so an old one is never renamed."""

    REQUEST_SUBMITTED = "request.submitted"
    REQUEST_APPROVED = "request.approved"
    REQUEST_DENIED = "request.denied"
    REQUEST_WITHDRAWN = "request.withdrawn"
    REQUEST_RETRIED = "request.retried"
    REQUEST_GIVEN_UP = "request.given_up"
    REQUEST_APPLIED = "request.applied"
    REQUEST_WAITS_FOR_PERSON = "request.waits_for_person"
    REQUEST_WRONG_PLACE = "request.wrong_place"
    REQUEST_WRONG_PLACE_MENDED = "request.wrong_place_mended"
    REQUEST_FAILED = "request.failed"
    REQUEST_EXPIRED = "request.expired"
    REQUEST_QUEUED = "request.queued"
    REQUEST_TAKEN_UP_AGAIN = "request.taken_up_again"
    REQUEST_DONE_TOO_LATE = "request.done_too_late"
    REQUEST_SECOND_TAKEN_BACK = "request.second_taken_back"
    REQUEST_SECOND_LEFT = "request.second_left"
    REQUEST_ENDED = "request.ended"
    REQUEST_END_NEEDS_PERSON = "request.end_needs_person"
    SECRET_SHOWN = "secret.shown"
    SECRET_WIPED_UNSEEN = "secret.wiped_unseen"
    SECRET_HAND_OVER_FAILED = "secret.hand_over_failed"
    PERSON_LINKED = "person.linked"
    PERSON_UNLINKED = "person.unlinked"
    DIGEST_SUBSCRIBED = "digest.subscribed"
    DIGEST_MUTED = "digest.muted"
    DIGEST_ENDED = "digest.ended"
    DIGEST_SENT = "digest.sent"
    THRESHOLD_SET = "threshold.set"
    THRESHOLD_ENDED = "threshold.ended"
    ALERT_SENT = "alert.sent"
    ALERT_ACKNOWLEDGED = "alert.acknowledged"
