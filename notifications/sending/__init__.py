"""Sending: due deliveries are claimed, prepared as MIME, sent over SMTP, and their outcomes recorded."""
