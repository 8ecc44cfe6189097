"""How fast Ventil is, beside the same work done by plain SQL and smtplib."""
