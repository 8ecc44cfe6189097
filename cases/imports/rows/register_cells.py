"""What a row says of the case's entry in a register: what cannot be so is left out, with a remark."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

from cases.case import LONGEST_TEXT
from cases.database.texts import LINE_ENDS, storable
from cases.imports.kept import REGISTER_COLUMNS
from cases.village.registers.entering import EntryGiven
from cases.village.registers.entry import LONGEST_REF, LONGEST_SORT, LONGEST_WHERE

LONGEST = {"where": LONGEST_WHERE, "sort": LONGEST_SORT, "their_ref": LONGEST_REF, "answer": LONGEST_TEXT}


def usable_entry(given: EntryGiven, authorities: Collection[str], today: date, remarks: list[str]) -> EntryGiven | None:
    """Return what of this can be entered, None for nothing; `remarks` gets a sentence for each thing left out."""
    for name in ("decides", "keeper"):
        slug = getattr(given, name)
        if slug is not None and slug not in authorities:
            remarks.append(f"{REGISTER_COLUMNS[name]}: there is no authority {slug!r} here; it is left out")
            given = replace(given, **dict[str, Any]({name: None}))
    for name, most in LONGEST.items():
        text = storable(getattr(given, name) or "")
        fitting = (text if name == "answer" else LINE_ENDS.sub(" ", text)).strip()[:most].strip()
        if len(text.strip()) > most:
            remarks.append(f"{REGISTER_COLUMNS[name]} is cut at {most} characters")
        given = replace(given, **dict[str, Any]({name: fitting or (None if name == "sort" else "")}))
    given = _with_possible_days(given, today, remarks)
    return None if given == EntryGiven() else given


def _with_possible_days(given: EntryGiven, today: date, remarks: list[str]) -> EntryGiven:
    forwarded, answered = given.forwarded_on, given.answered_on
    if forwarded is not None and (forwarded > today or (given.decides is None and given.keeper is None)):
        remarks.append("forwarded_on lies in the future, or nobody is named to whom it was sent on: it is left out")
        forwarded = None
    if answered is not None and (forwarded is None or not forwarded <= answered <= today):
        remarks.append("answered_on does not lie between forwarded_on and now: it is left out")
        answered = None
    if given.answer and answered is None:
        remarks.append("register_answer has no day: it is left out")
    return replace(given, forwarded_on=forwarded, answered_on=answered, answer=given.answer if answered else "")
