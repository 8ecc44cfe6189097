"""Tables that the machine keeps for itself: idempotency keys, sent forms, scheduled jobs."""
