"""The database behind plain functions. It alone knows what is true, what is due and what was already said."""
