"""The independent checker: it reads the database from outside and reports every invariant that does not hold.

It compares the database with the journal of a client, with the files of a mail sink, and with the mails that came to a
mailbox, by SQL and rules of its own: it shares no code with the program that it checks. The invariants and their
numbers stand in docs/proof.md. Of I12 it checks only that there are no webhooks. I20 to I22 (one session per link,
canaries, backups) have tests of their own.
"""

from proof.checker.checking import check
from proof.checker.evidence.journal import Journal, JournalLine
from proof.checker.evidence.mails import MailLine, mails_lying_in
from proof.checker.evidence.outside import Gauge, InvariantBreach, Outside, Restart, Window
from proof.checker.evidence.sink import SunkMail, mails_in, store_mail

__all__ = [
    "Gauge",
    "InvariantBreach",
    "Journal",
    "JournalLine",
    "MailLine",
    "Outside",
    "Restart",
    "SunkMail",
    "Window",
    "check",
    "mails_in",
    "mails_lying_in",
    "store_mail",
]
