"""The Claude organization as the bot sees it: domain models, JSON shapes, and the one HTTP client."""
