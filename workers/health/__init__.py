"""What notices that something is wrong: the doctor, the heartbeat and the watchdog."""
