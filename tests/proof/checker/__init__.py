"""The independent checker: it reads the database from outside and reports every invariant that does not hold.

It compares the database with the journal of a client and with the files of a mail sink, by SQL and rules of its own:
it shares no code with the program that it checks. The invariants and their numbers stand in docs/proof.md. Of I12 it
checks only that there are no webhooks. I20 to I22 (one session per link, canaries, backups) have tests of their own.
"""

from proof.checker.checking import check
from proof.checker.evidence.journal import Journal, JournalLine
from proof.checker.evidence.outside import Gauge, InvariantBreach, Outside, Restart, Window
from proof.checker.evidence.sink import SunkMail, mails_in, store_mail

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
    "mails_in",
    "store_mail",
]
