"""The kinds of request that this bot knows, and their registry."""
