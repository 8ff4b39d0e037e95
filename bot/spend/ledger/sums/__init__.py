"""Sums of the ledger by any dimensions."""
