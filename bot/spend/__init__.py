"""What the organization spends: the ledger's figures, digests, thresholds and alerts."""
