"""What people see of a request: cards, notices, threads, lists, and how they are kept true."""
