"""The rules, each in a file of its own; `bot/hygiene/registry.py` lists them."""
