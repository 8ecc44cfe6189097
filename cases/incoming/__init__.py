"""What mail that comes in does to a case: comments and answers, what machines wrote, replies to "done"."""
