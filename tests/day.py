"""When the worlds of tests begin: a fixed moment, so that a test does the same whatever day it is outside."""

from datetime import UTC, datetime

DAY = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
"""A Tuesday noon in the last week of a month that is not a year's last."""
