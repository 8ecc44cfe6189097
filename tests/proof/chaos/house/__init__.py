"""One Ventil installation (a "house") under test: its processes, and the servers that it stands on."""
