"""What is asked of cases, and who may see what."""
