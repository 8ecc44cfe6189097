"""What the demonstration is made of: what people ask, and how its departments are."""
