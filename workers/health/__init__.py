"""What watches the house: the doctor, the heartbeat, the watchdog."""
