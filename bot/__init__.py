"""Quartermaster: the Slack bot with which a company runs its Claude API organization."""

__version__ = "0.1.0"
