"""Mailboxes on IMAP servers: what lies there is kept, and moved to a folder of its own."""
