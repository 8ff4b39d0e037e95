"""Reports that a channel gets again and again: when one is due, said once, skipped and ended."""
