"""The limits that workspaces have of their own: read by and by, and kept beside the peaks."""
