"""What is due: set in the transaction that causes it, claimed by one process, tried again until it is done."""
