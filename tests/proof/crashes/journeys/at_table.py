"""The forum's meeting is closed with a case and a topic postponed, and its minutes are adjusted."""

from proof.crashes.acting_at_table import adjusted, called, closed, sent, waits
from proof.crashes.journeys.journey import Journey

AT_TABLE = Journey("meeting closed, minutes adjusted", (closed, adjusted), (waits, called, sent))
