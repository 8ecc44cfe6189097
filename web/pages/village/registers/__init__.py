"""The register of each topic: its public page with a map, as files and on paper, its news, and the form of staff."""
