"""Block Kit, checked as Slack checks it; behind `blocks.validate`, every posting method, and the tests of our own blocks."""

from bot.sandbox.slack.validation.messages import validate_message, validate_payload
from bot.sandbox.slack.validation.payloads import validate_blocks
from bot.sandbox.slack.validation.problem import Problem, Surface
from bot.sandbox.slack.validation.views import validate_view

__all__ = ["Problem", "Surface", "validate_blocks", "validate_message", "validate_payload", "validate_view"]
