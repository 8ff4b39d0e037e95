"""Makes the Bolt app, from what it is given and nothing else."""

import contextlib
import os
from collections.abc import Generator
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult


def make_bolt(client: Any, signing_secret: str | None, *, is_http: bool) -> AsyncApp:
    """Return an app without listeners that calls Slack with `client`; over signed HTTP it checks signatures, too."""
    with _without_slack_variables(), _without_token(client):
        return AsyncApp(
            name="quartermaster",  # else Bolt looks for the file of every module, to name itself after who calls
            client=client,
            authorize=_from_ourselves,
            signing_secret=signing_secret or "unused over Socket Mode",
            request_verification_enabled=is_http,
            raise_error_for_unhandled_request=True,  # instead of a 404, which Slack would repeat
            # Our listeners only ack and leave the work to a task. Otherwise Bolt would look for the ack every 10 ms.
            process_before_response=True,
        )


async def _from_ourselves(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
    """Let every payload in without a call. Who acts, and from where, is checked for each act (bot/people/identity.py)."""
    return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, user_id=user_id)


@contextlib.contextmanager
def _without_token(client: Any) -> Generator[None]:
    """Hide a client's token from Bolt, which would ask Slack whose it is at the first act.

    Where Slack doesn't answer then, Bolt tells a person to install the app, and a button does nothing at all.
    """
    token, client.token = client.token, None
    try:
        yield
    finally:
        client.token = token


@contextlib.contextmanager
def _without_slack_variables() -> Generator[None]:
    """Hide the environment from Bolt: it takes a second token from there, and with SLACK_CLIENT_ID becomes an OAuth app."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("SLACK_")}
    try:
        yield
    finally:
        os.environ.update(hidden)
