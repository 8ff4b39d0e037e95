"""Claude Code: what people did with it, from the daily report, who may see whose figures, and a weekly summary."""
