"""What staff enter of a case in the register of its topic."""
