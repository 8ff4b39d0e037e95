"""Kinds about API keys."""
