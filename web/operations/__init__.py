"""For those who operate the installation: health, metrics and logs."""
