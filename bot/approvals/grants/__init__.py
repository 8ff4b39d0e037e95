"""What was given until a day, by the people whose it is."""
