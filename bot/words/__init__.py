"""Figures, times and counts in words."""
