"""What may happen to a case, one file per step of its life."""
