"""The commands of `ventil`, except `up`, `web`, `bench` and `simulate`, which are in `ventil.py`."""
