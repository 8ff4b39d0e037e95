"""What somebody changed of a channel's digest or alerts, and who hears of it."""
