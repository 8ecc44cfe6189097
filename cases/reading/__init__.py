"""Queries for cases: lists, search, timeline and details, and who may see what of them."""
