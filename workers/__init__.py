"""What runs without a visitor: the relay, the queue, the schedule and its jobs, and the commands."""
