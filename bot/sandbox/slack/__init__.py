"""A Slack workspace on loopback: Web API, Socket Mode, signed HTTP delivery and the people who act in it."""
