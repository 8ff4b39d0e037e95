"""Makes the Bolt app, from what it is given and nothing else."""

import contextlib
import os
from collections.abc import Generator
from typing import Any

from slack_bolt.async_app import AsyncApp


def make_bolt(client: Any, signing_secret: str | None, *, is_http: bool) -> AsyncApp:
    """Return an app without listeners that calls Slack with `client`; over signed HTTP it checks signatures, too."""
    with _without_slack_variables():
        return AsyncApp(
            name="quartermaster",  # else Bolt looks for the file of every module, to name itself after who calls
            client=client,
            signing_secret=signing_secret or "unused over Socket Mode",
            request_verification_enabled=is_http,
            raise_error_for_unhandled_request=True,  # instead of a 404, which Slack would repeat
            # Our listeners only ack and leave the work to a task. Otherwise Bolt would look for the ack every 10 ms.
            process_before_response=True,
        )


@contextlib.contextmanager
def _without_slack_variables() -> Generator[None]:
    """Hide the environment from Bolt: it takes a second token from there, and with SLACK_CLIENT_ID becomes an OAuth app."""
    hidden = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith("SLACK_")}
    try:
        yield
    finally:
        os.environ.update(hidden)
