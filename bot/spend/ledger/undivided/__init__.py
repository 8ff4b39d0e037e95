"""Days of which nothing is told apart yet, read as parts."""
