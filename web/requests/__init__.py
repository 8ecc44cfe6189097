"""What surrounds each request: who asks, sessions, limits, safe headers."""
