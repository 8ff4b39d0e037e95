"""Messages that the bot posts: where they may go and whether they arrived."""
