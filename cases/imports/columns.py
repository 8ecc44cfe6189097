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
    Column("ref", "our reference; kept when it is free, else a new one is given"),
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
    Column("promised_on", "the day that the person who asked was told"),
    Column("note", "the words of the last step; a usual sentence when a step that needs words has none"),
    Column("waiting_for", "reporter, unit or other, for the state waiting"),
    Column("waiting_unit", "slug of the unit that it waits for"),
    Column("waiting_name", "whom it waits for outside the house"),
    Column("waiting_their_ref", "their reference"),
    Column("merged_into", "external_id of the case that it was merged into, for the state merged"),
    Column("merged_into_source", "the system of that number; `source` when empty"),
    Column("quick_win", "yes or no"),
    Column("raised_on", "the day when a proposal was raised in the council"),
    Column("every_months", "how often a duty comes again"),
    Column("perspective", "slug of whose view it is about, such as young people; at most 20 characters"),
    Column("latitude", "WGS 84, degrees"),
    Column("longitude", "WGS 84, degrees"),
    Column("reporter_name", "the person who asked"),
    Column("reporter_email", "their mail address"),
    Column("reporter_phone", "their telephone"),
    Column("reporter_locale", "sv or en; sv when empty"),
    Column("reporter_protected", "yes when they live under protected identity"),
    # what only an export of ours fills: with it, what is imported is what was exported
    Column("public_id", "the secret word of the links that the person who asked has; a new one when empty or taken"),
    Column("origin", "proposal when it was handed in as one where the council takes none"),
    Column("officer", "mail address of the officer, a person of the house"),
    Column("note_for", "who may read the note: public, participants or internal; public when empty"),
    Column("done_at", "when a closed case was done; ended_at when empty"),
    Column("promise", "what became of promised_on: running, kept, broken or dropped; by the days when empty"),
    Column("duty_on", "the day of a duty; due_on when empty"),
    Column("duty_first_on", "the day from which a duty's later days count; duty_on when empty"),
    Column(
        "obligation", "what a duty owes by its day: plan, contact, meeting, agenda or minutes; it goes with `subject`"
    ),
    Column(
        "subject",
        "whose or which of what is owed: the slug of a group or a body, or a meeting as `forum 2027-04-15 Forum`",
    ),
    Column("wants_public", "yes when the person who asked wants it published"),
    Column("published_at", "when it was published; not published when empty"),
    Column("sent_back", "how often a unit has sent it back"),
    Column("unread_reply", "yes when a reply by mail to what was done waits to be read"),
    Column("junk_since", "since when it is taken for likely junk; it is not when empty"),
    Column("acted_at", "when a person of the house last did something about it"),
    Column("waiting_from", "the state before it began to wait"),
    Column("waiting_from_due_on", "the day of that state's clock"),
    Column("followers", "mail addresses of those who follow it, with spaces between; /en after one that reads English"),
    Column("agenda", "why it stands on the forum's agenda: overdue, waits, chosen, carried or parked"),
    Column("register_decides", "slug of the authority that decides about it"),
    Column("register_keeper", "slug of the authority that keeps the road or the place"),
    Column("register_where", "where it is, in words; at most 200 characters"),
    Column("register_sort", "what it is about, a word of the topic's register; at most 60 characters"),
    Column("forwarded_on", "the day when it was sent on to those who decide"),
    Column("register_their_ref", "their reference; at most 100 characters"),
    Column("answered_on", "the day when they answered"),
    Column("register_answer", "their answer"),
    Column("rung", "the next rung of the ladder, for open cases; the clock starts anew when empty"),
    Column("rung_at", "when that rung fires"),
    Column("rung_fired_at", "when the rung before it fired"),
    Column("life_due_on", "the day by which the unit owes a sign of life"),
    Column("life_rung", "the next rung of that clock"),
    Column("life_at", "when that rung fires"),
)
NAMES = tuple(column.name for column in COLUMNS)
NEEDED = tuple(column.name for column in COLUMNS if column.needed)
