"""Metrics for monitoring: their names, what this process counts of itself, and how they are written."""
