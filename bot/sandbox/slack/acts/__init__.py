"""What a person can do in the workspace. Each act builds the payload that Slack would send and delivers it."""
