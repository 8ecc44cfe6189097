"""What one file may cost: memory, processor time, and no byte written to the disk."""

import resource

MOST_PIXELS = 50_000_000  # of one image
MEMORY = 1_000_000_000  # bytes
CPU_SECONDS = 20


class TooHeavy(Exception):
    """The file would take more pixels or pages than it may."""


def limit_resources() -> None:
    """Limit this process, for good."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
