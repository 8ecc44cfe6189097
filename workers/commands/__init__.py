"""The commands that need only the house's rows. `ventil.py` holds them together with what runs."""
