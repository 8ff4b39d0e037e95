"""The slash commands as one table, and what is made from it."""
