"""The scheduled jobs other than the sweep: the morning letter, cleaning up, the check for stuck work."""
