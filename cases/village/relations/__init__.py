"""Relations: the contact between the desk and each group."""
