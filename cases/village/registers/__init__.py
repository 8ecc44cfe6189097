"""Registers: for each topic who decides about each of its cases, who keeps the road, and what they answered."""
