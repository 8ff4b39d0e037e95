"""A Claude organization on loopback: the Admin API's endpoints, rules, errors and figures, without Anthropic."""
