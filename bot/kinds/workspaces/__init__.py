"""Kinds about workspaces."""
