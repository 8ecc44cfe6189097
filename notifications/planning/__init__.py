"""Planning: from events to rows of the table delivery, one for each letter to each recipient."""
