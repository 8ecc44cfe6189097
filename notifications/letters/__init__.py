"""Letters: which there are, what each may say to whom, and how they become text and HTML."""
