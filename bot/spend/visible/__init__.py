"""What somebody may see of the ledger, as conditions on its rows."""
