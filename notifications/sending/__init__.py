"""From rows to the mail server: claims, MIME, SMTP, outcomes."""
