"""The fields that forms of many kinds have. Pure."""

from bot.approvals.model import MOST_REASON
from bot.forms.fields import FormField, check_last_day

WHY_FIELD = FormField("reason", "Why", "long_text", hint="The approvers will read this.", max_length=MOST_REASON)


def last_day_field(hint: str) -> FormField:
    """Return the field of a grant's last day; `hint` says what happens at its end, and without one."""
    return FormField("ends_on", "Last day", "date", hint=hint, optional=True, check=check_last_day)
