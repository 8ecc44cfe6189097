"""Erasing what the register says of a case, when words of the case itself are erased by a decision."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from cases.case import Case
from cases.reporters.erasing import ERASED, WordsGoing
from cases.village.registers.entry import RegisterEntry

TEXTS = ("where_text", "their_ref", "answer")  # what people wrote; a sort is a word of the town


def columns_to_erase(session: Session, case: Case, going: WordsGoing) -> list[str]:
    """Return the names of the entry's texts that go with these words: those that say the same, or all with the last."""
    entry = session.get(RegisterEntry, case.id)
    texts = {name: getattr(entry, name) for name in TEXTS} if entry is not None else {}
    return [name for name, text in texts.items() if text and text != ERASED and (going.are_last or text in going.said)]


def erase_in_register(session: Session, case: Case, columns: Sequence[str], event_id: int) -> None:
    """Erase these texts of the case's entry, by the event with this id."""
    if columns:
        entry = session.get_one(RegisterEntry, case.id)
        for name in columns:
            setattr(entry, name, ERASED)
        entry.erased_by_id = event_id
        session.flush()
