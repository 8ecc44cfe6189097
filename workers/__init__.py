"""What runs without a visitor: broker, relay, actors, clock."""
