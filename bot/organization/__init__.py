"""Lists of what the organization has: keys, members, workspaces."""
