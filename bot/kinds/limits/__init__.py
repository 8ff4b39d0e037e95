"""Kinds about limits."""
