"""What surrounds the simulated people: the queue of planned moments, the mail server, and the outages."""
