"""How this process and its database are doing, as metrics."""
