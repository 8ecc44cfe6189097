"""What may be hostile in a mail is opened here, in a process of its own: MIME, HTML, quotes, reports."""
