"""Reading: from the bytes of a mail to what it says. No database and no network."""
