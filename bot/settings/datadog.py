"""The settings of Datadog: its Agent, which takes live figures, and its API, which takes money."""

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, BeforeValidator, Field, SecretStr

from bot.settings import parse

SITE = r"^([a-z0-9-]+\.)?(datadoghq\.(com|eu)|ddog-gov\.com)$"
"""The domains of Datadog's sites; any other address is DATADOG_URL's (docs.datadoghq.com, Getting started with sites)."""


def _setting(description: str, wants: str, default: Any = None) -> Any:
    return Field(description=description, json_schema_extra={"wants": wants}, default=default)


def agent_address(value: object) -> str:
    """Accept where an Agent listens for DogStatsD: `udp://host:port` or `unix:///path`."""
    parts = urlsplit(str(value))
    if parts.scheme == "unix" and not parts.netloc and len(parts.path) > 1:
        return str(value)
    if parts.scheme != "udp" or not parts.hostname or parts.path.strip("/") or parts.username is not None:
        raise ValueError
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"udp://{host}:{_port(str(value)) or 8125}"


def site(value: object) -> str:
    """Return the domain of a site; its pages are at `app.`."""
    return parse.lower(value).removeprefix("app.")


def _port(address: str) -> int | None:
    """Return the port of an address; the ValueError doesn't repeat what stands in its place."""
    try:
        return urlsplit(address).port
    except ValueError:
        raise ValueError from None


class DatadogSettings(BaseModel):
    """Who gets figures at Datadog; without any of these nobody does."""

    dogstatsd_address: Annotated[str, BeforeValidator(agent_address)] | None = _setting(
        "Where Datadog's Agent takes live figures by DogStatsD, every two minutes.",
        "udp://host:port, such as udp://127.0.0.1:8125, or unix:///var/run/datadog/dsd.socket",
    )
    datadog_api_key: Annotated[SecretStr, parse.secret_like(r"[!-~]{8,}")] | None = _setting(
        "The API key with which closed days are uploaded as Custom Costs to Datadog's Cloud Cost Management.",
        "a Datadog API key: at least 8 characters without spaces",
    )
    datadog_app_key: Annotated[SecretStr, parse.secret_like(r"[!-~]{8,}")] | None = _setting(
        "The application key that belongs to it; it needs the permissions cloud_cost_management_read and"
        " cloud_cost_management_write.",
        "a Datadog application key: at least 8 characters without spaces",
    )
    datadog_site: Annotated[str, BeforeValidator(site), Field(pattern=SITE)] = _setting(
        "The Datadog site of the organization, such as datadoghq.eu or us5.datadoghq.com.",
        "the domain of a Datadog site: datadoghq.com, datadoghq.eu, us3., us5., ap1. or ap2.datadoghq.com, or ddog-gov.com",
        "datadoghq.com",
    )
    datadog_url: Annotated[str, BeforeValidator(parse.url)] | None = _setting(
        "Another address of Datadog's API than that of DATADOG_SITE: a gateway, or a stand-in.", "an http or https address"
    )


def datadog_faults(values: Mapping[str, str]) -> list[str]:
    """Check what no single setting of Datadog can know: Custom Costs need both keys."""
    pair = ("DATADOG_API_KEY", "DATADOG_APP_KEY")
    given = [name for name in pair if values.get(name)]
    if len(given) != 1:
        return []
    missing = next(name for name in pair if name not in given)
    return [f"{missing} is missing: Custom Costs need it beside {given[0]}."]
