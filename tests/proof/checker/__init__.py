"""The independent checker: its own SQL and its own reading of who is told, from outside.

It looks at the database, at the journal of a client and at the files of a mail sink, and shares no query and no rule
with the code that it checks. The numbers are those of the reliability rules; of I12, it sees that there
are no webhooks. Not here: I20 to I22 (one session per link, canaries, backups: tests of their own).
"""

from proof.checker.checking import check
from proof.checker.evidence.journal import Journal, JournalLine
from proof.checker.evidence.outside import Gauge, InvariantBreach, Outside, Restart, Window
from proof.checker.evidence.sink import SunkMail, keep, kept_in

__all__ = [
    "Gauge",
    "InvariantBreach",
    "Journal",
    "JournalLine",
    "Outside",
    "Restart",
    "SunkMail",
    "Window",
    "check",
    "keep",
    "kept_in",
]
