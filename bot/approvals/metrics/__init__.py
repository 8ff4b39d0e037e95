"""Decisions about requests as metrics."""
