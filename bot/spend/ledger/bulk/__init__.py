"""Rows written past the compiler."""
