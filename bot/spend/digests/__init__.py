"""The daily digest of a channel."""
