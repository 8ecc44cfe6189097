"""Filing a mail that came in: on its case, as a new one, or as what a machine wrote."""
