"""The settings of the advice: from where on something is worth saying."""

from typing import Annotated, Any

from pydantic import BaseModel, Field


def _setting(description: str, wants: str, default: int) -> Any:
    return Field(description=description, json_schema_extra={"wants": wants}, default=default)


class AdviceSettings(BaseModel):
    """From where on `/claude-admin advice` finds something."""

    advice_unused_days: Annotated[int, Field(ge=1, le=365)] = _setting(
        "After how many days without usage a key counts as unused in the advice.", "a whole number from 1 to 365", 60
    )
    advice_key_days: Annotated[int, Field(ge=1, le=3650)] = _setting(
        "How many days old a key may be until the advice says so.", "a whole number from 1 to 3650", 365
    )
    advice_admins: Annotated[int, Field(ge=1, le=1000)] = _setting(
        "How many organization admins there may be until the advice says so.", "a whole number from 1 to 1000", 5
    )
