"""Notifications: who is told of which event, in which letter, and how the letter reaches them."""
