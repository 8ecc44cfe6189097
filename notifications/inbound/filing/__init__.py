"""Filing: what a mail that came in becomes, and on which case."""
