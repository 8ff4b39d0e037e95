"""How the bot is doing."""
