"""The relay of the transactional outbox: it plans letters about new events, that is, writes a delivery for each."""
