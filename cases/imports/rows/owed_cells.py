"""What a row says that it owes: its cells obligation and subject, which belong together and are known to the house."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from cases.imports.kept import Kept
from cases.imports.names import OWED_BY_MEETINGS
from cases.imports.rows.import_row import Owes
from cases.states import Kind
from cases.village.obligations.table import OBLIGATIONS

LONGEST_SUBJECT = 80  # characters


def why_not_owed(kept: Kept, kind: Kind, owed: AbstractSet[Owes] | None, meetings: Mapping[str, str]) -> str | None:
    """Return why the row cannot owe what it says, as a remark; None when it can, and when it says nothing.

    `meetings` has the numbers of the house's meetings by how files name them; see `subject_here`. `owed` is what ought
    to be owed in the house, each as obligation and subject; None for a row that has ended, which may tell of a subject
    that is no longer there.
    """
    obligation, subject = kept.obligation, kept.subject
    if obligation is None and subject is None:
        return None
    if obligation is None or subject is None:
        return f"{'obligation' if obligation is None else 'subject'} is empty, and the two belong together"
    if obligation not in OBLIGATIONS:
        return f"obligation: {obligation!r} is not known"
    if kind is not OBLIGATIONS[obligation].kind:
        return f"obligation: {obligation!r} belongs to the kind {OBLIGATIONS[obligation].kind.value}"
    if (
        obligation in OWED_BY_MEETINGS
        and subject not in meetings
        and (owed is not None or len(subject) > LONGEST_SUBJECT)
    ):
        return f"subject: there is no meeting {subject!r} here"
    if owed is not None and (obligation, subject_here(kept, meetings)) not in owed:
        return f"subject: {subject!r} owes no {obligation!r} here"
    return None


def subject_here(kept: Kept, meetings: Mapping[str, str]) -> str | None:
    """Return the subject as this house calls it: of what a meeting owes its number if it is here, else as it is."""
    return meetings.get(kept.subject or "", kept.subject) if kept.obligation in OWED_BY_MEETINGS else kept.subject
