"""What is asked for when somebody asks for a new key, and its form."""

from datetime import date

from pydantic import BaseModel, ConfigDict

from bot.approvals.fields import last_day_field
from bot.approvals.model import MOST_REASON
from bot.forms.fields import FormField
from bot.kinds.keys.made_by_hand import USES, Use
from bot.kinds.keys.names import MOST_NAME, check_name


class CreateKey(BaseModel):
    """Which key where, for whom or what. `ends_on` is the last day on which it works, in the requester's calendar."""

    model_config = ConfigDict(frozen=True)

    workspace_id: str
    workspace_name: str = ""
    name: str
    ends_on: date | None = None
    use: Use = ""


FORM = (
    FormField("workspace_id", "Workspace", "workspace", hint="Type part of its name."),
    FormField(
        "name",
        "Name",
        max_length=MOST_NAME,
        check=check_name,
        hint="Name what will use it, such as ingest-staging. Letters, digits, dots, dashes and underscores.",
    ),
    FormField("reason", "Purpose", "long_text", hint="The approvers will read this.", max_length=MOST_REASON),
    FormField(
        "use",
        "Who or what uses it",
        "radio",
        hint="Where a person creates it in the Console, this says which account it acts as.",
        optional=True,
        choices=USES,
    ),
    last_day_field("It works until the end of this day. Leave empty: it works until somebody revokes it."),
)
