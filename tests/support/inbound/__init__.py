"""Mail that comes in: files of mails, and a house that they come to."""
