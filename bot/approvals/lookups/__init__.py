"""Requests found by what they are about."""
