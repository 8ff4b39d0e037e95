"""Reports: token trends, cost allocation, people and models; asked for in Slack, taken as CSV, scheduled for a channel."""
