"""Changing the organisation: units, people and roles, and loading them from a setup file (TOML)."""
