"""Planning: events become rows of the table delivery, one row for each letter that a recipient is to get."""
