"""How errors are answered: with which HTTP status, and with an error page or a problem document."""
