"""Who may approve what: the policy file and its rules."""
