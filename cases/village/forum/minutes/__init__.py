"""What a meeting did: each item settled and put right, what the body recommends, the closing and the adjustment."""
