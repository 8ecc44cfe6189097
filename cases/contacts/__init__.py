"""What people write of themselves: what is a telephone number, and what a personal number."""
