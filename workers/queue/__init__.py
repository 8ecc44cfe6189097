"""dramatiq's broker, and a consumer of Redis queues that blocks instead of polling."""
