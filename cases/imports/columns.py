"""The columns of an import file and what each may hold; docs/importing.md lists them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """Describes one column of an import file. `holds` is a sentence for people about what is in it.

    A row without a value in a column that is `needed` is bad: it cannot be imported.
    """

    name: str
    holds: str
    needed: bool = False


COLUMNS = (
    Column("source", "the system that the number comes from", needed=True),
    Column("external_id", "the case's number there; with `source` it tells what is there already", needed=True),
    Column("ref", "our reference; for the reader only, a new one is given"),
    Column("kind", "issue, proposal, action, application or duty; issue when empty"),
    Column("state", "received, assigned, planned, in_progress, waiting, parked, done, closed, declined, merged"),
    Column("title", "at most 200 characters; what is longer is cut", needed=True),
    Column("description", "at most 20,000 characters; what is longer is cut"),
    Column("category", "slug of a category"),
    Column("place", "slug of a place"),
    Column("group", "slug of the group on whose behalf it was handed in"),
    Column("responsible", "slug of the desk, a department or a group; the desk when empty"),
    Column("channel", "how it came in: web, phone, mail, meeting, ...; import when empty"),
    Column("received_at", "when it came in", needed=True),
    Column("changed_at", "when its state was last set; received_at when empty"),
    Column("ended_at", "when it was done, closed, declined or merged; changed_at when empty"),
    Column("due_on", "the day of the state's clock, for open cases"),
    Column("promised_on", "what the one who asked was told, for open cases"),
    Column("note", "the public words of the last step; a usual sentence when empty"),
    Column("waiting_for", "reporter, unit or other, for the state waiting"),
    Column("waiting_unit", "slug of the unit that it waits for"),
    Column("waiting_name", "whom it waits for outside the house"),
    Column("waiting_their_ref", "their reference"),
    Column("merged_into", "external_id of the case that it was merged into, for the state merged"),
    Column("merged_into_source", "the system of that number; `source` when empty"),
    Column("quick_win", "yes or no"),
    Column("raised_on", "the day when a proposal was raised in the council"),
    Column("every_months", "how often an open duty comes again"),
    Column("latitude", "WGS 84, degrees"),
    Column("longitude", "WGS 84, degrees"),
    Column("reporter_name", "the one who asked"),
    Column("reporter_email", "their mail address"),
    Column("reporter_phone", "their telephone"),
    Column("reporter_locale", "sv or en; sv when empty"),
    Column("reporter_protected", "yes when they live under protected identity"),
)
NAMES = tuple(column.name for column in COLUMNS)
NEEDED = tuple(column.name for column in COLUMNS if column.needed)
# How a spreadsheet formula may begin. An export puts an apostrophe before such a text, an import removes one.
QUOTED = ("=", "+", "-", "@", "\t", "\r", "\0", "'")
