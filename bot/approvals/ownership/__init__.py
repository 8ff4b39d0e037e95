"""Whose a key is once a request has handed it over."""
