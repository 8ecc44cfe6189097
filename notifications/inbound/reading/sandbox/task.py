"""What the process that opens a mail is told."""

from dataclasses import dataclass


@dataclass(frozen=True)
class OpeningTask:
    """What the headers say of a mail: that it may be a bounce of no standard form, and that it hands on another.

    `plainly` asks for its text without layout, after a process has ended over that: HTML without its tags, calendars as
    they are written.
    """

    may_be_odd_bounce: bool
    is_forwarded: bool
    plainly: bool = False
