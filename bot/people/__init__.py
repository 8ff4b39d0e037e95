"""Who acts: Slack people linked to members of the organization."""
