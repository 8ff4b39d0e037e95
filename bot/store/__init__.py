"""The database behind plain functions; it alone knows what is true, what is due and what was already said."""
