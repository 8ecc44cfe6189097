"""The relay of the transactional outbox: it claims entries and plans the letters that follow from their events."""
