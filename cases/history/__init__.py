"""The event store: the catalogue of events, the hash-chained journal, erasable words and the transactional outbox."""
