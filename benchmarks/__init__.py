"""How much the product costs beside its bare counterpart: ratios, measured side by side in one run."""
