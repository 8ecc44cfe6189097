"""Preparing the agenda of a meeting: what is taken up, in which order and under what; and sending it."""
