"""Lists of what the organization has, as people see them."""
