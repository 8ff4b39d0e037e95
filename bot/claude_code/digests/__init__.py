"""The weekly summary of Claude Code that a channel gets: once a week, never twice."""
