"""The organization's figures as metrics."""
