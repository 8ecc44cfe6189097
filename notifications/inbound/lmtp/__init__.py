"""Our own door for mail: a mail server on this machine hands it over by LMTP (RFC 2033)."""
