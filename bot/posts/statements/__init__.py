"""What is made once and run often."""
