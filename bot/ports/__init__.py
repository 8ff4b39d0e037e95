"""The outside world as protocols: a page for each of its sides."""
