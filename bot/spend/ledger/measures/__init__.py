"""Money, tokens and requests beside each other."""
