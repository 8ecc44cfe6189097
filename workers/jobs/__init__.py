"""The jobs of the schedule, beside the sweep: the morning letter, cleaning up, the check for stuck work."""
