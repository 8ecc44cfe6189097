"""What runs outside web requests: relay, job queue, schedule and jobs, health checks, processes and commands."""
