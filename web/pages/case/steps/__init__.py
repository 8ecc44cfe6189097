"""The steps on a case's page: which ones there are, and the letter that one would send."""
