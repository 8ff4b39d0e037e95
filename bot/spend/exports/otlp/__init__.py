"""Finished days, sent to collectors: each once for each target, and what changed of them later."""
