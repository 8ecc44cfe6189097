"""What comes in and what goes out over the API: one file for each thing. Anything that is not named is refused."""
