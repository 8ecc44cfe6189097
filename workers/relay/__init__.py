"""The relay of the transactional outbox: it plans letters about new events. To plan a letter is to write a delivery."""
