"""A Slack client whose calls are spans, by their method and outcome alone: what is sent and answered stays out."""

from typing import Any

from slack_sdk.errors import SlackApiError

from bot.telemetry.spans import Spans


def traced(client: Any, spans: Spans) -> Any:
    """Return a client with spans around its calls, or the very same where nobody wants them."""
    return client if type(spans) is Spans else _Traced(client, spans)


class _Traced:
    """The one call that the adapter makes of a client, with a span around it."""

    def __init__(self, client: Any, spans: Spans) -> None:
        self._client, self._spans = client, spans

    async def api_call(self, method: str, **given: Any) -> Any:
        """Call a method of the Web API, as the client does."""
        with self._spans.span(f"slack {method}", outgoing=True) as note:
            try:
                answer = await self._client.api_call(method, **given)
            except SlackApiError as error:
                response: Any = error.response  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
                note(status=int(getattr(response, "status_code", 0) or 0))
                raise
            note(status=int(getattr(answer, "status_code", 0) or 0))
            return answer
