"""Reconciliation for finance: the cost report against list price × tokens, and what explains the difference."""
