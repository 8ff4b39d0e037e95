"""What people see, as pure functions from facts to blocks."""
