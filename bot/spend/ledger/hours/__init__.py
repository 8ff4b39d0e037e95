"""The hours of the newest days: the same money and tokens as those of their days."""
