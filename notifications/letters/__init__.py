"""Letters: the catalogue, what each may say to whom, and their text and HTML."""
