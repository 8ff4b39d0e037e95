"""Forms as data: what they are made of, how they are drawn and read, and how typed figures are read back."""
