"""What a person can do in the workspace; each act builds the payload that Slack would send and delivers it."""
