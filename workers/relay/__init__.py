"""The relay: claims what is in the outbox and plans the letters that follow."""
