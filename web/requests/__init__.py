"""What happens around each request: the caller, sessions, cookies, limits, idempotency, safe headers."""
