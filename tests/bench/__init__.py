"""Benchmarks: how fast Ventil is, compared with the same work done by plain SQL and smtplib (the floor)."""
