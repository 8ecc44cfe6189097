"""The program: reads a file from stdin, writes its number of pixels, a line end, and the rewritten file to stdout.

Its arguments are the format (JPEG, PNG or PDF) and how many pixels it may have. The exit code says how it went.
"""

import sys

from cases.files.sandbox.limits import TooHeavy, limit_resources

DONE, UNREADABLE, TOO_HEAVY, LOCKED = 0, 1, 2, 3


def main() -> int:
    """Rewrite the file on stdin to stdout; return the exit code."""
    form, most_pixels = sys.argv[1], int(sys.argv[2])
    limit_resources()
    try:
        rewritten, pixels = _rewrite(sys.stdin.buffer.read(), form, most_pixels)
    except (TooHeavy, MemoryError):
        return TOO_HEAVY
    except Exception as error:  # whatever a broken file raises, it is refused
        return LOCKED if type(error).__name__ == "PasswordError" else UNREADABLE
    sys.stdout.buffer.write(b"%d\n" % pixels + rewritten)
    return DONE


def _rewrite(content: bytes, form: str, most_pixels: int) -> tuple[bytes, int]:
    """Return the rewritten file and its pixels. What the other format needs is not imported: it takes time."""
    if form == "PDF":
        from cases.files.sandbox.pdfs import rewrite

        return rewrite(content), 0
    from cases.files.sandbox.images import reencode

    return reencode(content, form, most_pixels)
