"""For who runs it: health, figures, logs."""
