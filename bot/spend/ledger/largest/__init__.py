"""The largest keys of a day, picked and counted in the database."""
