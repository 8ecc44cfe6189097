"""Planning: from events to rows of deliveries, one for each letter to each recipient."""
