"""How the organisation is changed, and the file that sets it up."""
