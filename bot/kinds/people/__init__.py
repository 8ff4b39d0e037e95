"""Kinds about the organization's members."""
