"""How a Web API method refuses, and how the control API refuses an act."""

from typing import Any

from bot.sandbox.slack.validation import Problem


class SlackError(Exception):
    """A Web API refusal: `code` is Slack's error name, `extra` goes into the answer beside it."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra


class ActError(Exception):
    """An act that this person cannot do here: a code for tests and a sentence for people."""

    def __init__(self, code: str, message: str, **extra: Any) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.extra = extra


def invalid_arguments(*messages: str) -> SlackError:
    """Return the refusal of arguments that are missing or malformed."""
    return SlackError("invalid_arguments", response_metadata={"messages": [f"[ERROR] {message}" for message in messages]})


def refused_blocks(code: str, problems: list[Problem], base: str) -> SlackError:
    """Return the refusal of blocks or a view; `base` is the JSON pointer of the argument, such as `/blocks`."""
    messages = [f"[ERROR] {problem.message} [json-pointer:{base}{problem.pointer}]" for problem in problems]
    return SlackError(code, errors=[problem.public() for problem in problems], response_metadata={"messages": messages})
