"""How what was sent is read: JSON, forms with files, numbers and names in an address."""
