"""One house on five machines, each with a network and a folder of its own: `python -m proof.chaos.apart`."""
