"""What was sent along with a case."""
