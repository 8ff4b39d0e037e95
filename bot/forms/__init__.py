"""Forms as data: what they are made of, and how they are drawn."""
