"""What a case's page says of mail: a reply that waits to be read, junk, where it belongs, an address that is dead."""
