"""The same sums in fewer rows."""
