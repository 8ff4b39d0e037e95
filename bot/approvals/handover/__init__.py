"""Secrets on their way from the upstream to their requester."""
