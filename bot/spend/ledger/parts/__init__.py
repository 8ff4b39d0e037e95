"""The second cut: the same money and tokens by tier, context window, cost type and token type."""
