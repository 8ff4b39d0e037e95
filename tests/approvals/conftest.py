"""The kind of the tests, registered as every other one is, before any bot is built."""

from bot.approvals.kinds import register_kinds
from tests.approvals.kind_badge import BADGE

register_kinds(BADGE)
