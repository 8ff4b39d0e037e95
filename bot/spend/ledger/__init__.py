"""The ledger: what each UTC day cost, copied from the organization's reports."""
