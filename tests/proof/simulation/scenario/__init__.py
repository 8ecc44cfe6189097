"""What a scenario file may say, how it is read, and the tempers that it names."""
