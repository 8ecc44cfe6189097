"""From events to rows of deliveries: what is told to whom, in which letter."""
