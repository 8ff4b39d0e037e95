"""Slack as one of the bot's two ports: blocks and views as plain dicts, charts, and the client that sends them."""
