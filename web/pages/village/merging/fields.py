"""Merging by field: what one of the two changed is taken; what both changed is a clash, to be settled by a person."""

from dataclasses import dataclass

from web.pages.village.merging.rows import FIELD, Fields, Row, numbered_as, plain, rows_of

FIRST_CHOICE = frozenset({"area", "fate"})  # a browser sends the first choice of these when nobody has chosen
GONE = ""  # the words of a row that the other has taken away


@dataclass(frozen=True)
class Clash:
    """A field that both changed: its name in the form, and what the other saved; `is_gone` for a row taken away."""

    name: str
    theirs: str
    is_gone: bool = False


@dataclass(frozen=True)
class Merged:
    """The fields of both. Where they clash those typed here stand. `saved` is what stands in the draft, so numbered.

    `taken` names the fields that the other changed and that were taken.
    """

    fields: Fields
    saved: Fields
    taken: list[str]
    clashes: list[Clash]


def merge(opened: Fields | None, saved: Fields, typed: Fields) -> Merged:
    """Return the merged fields. `opened` is what the form was opened with, None when that is not known.

    Then every field that differs is a clash.
    """
    saved = numbered_as(typed if opened is None else opened, typed, saved)
    found = Merged(dict(typed), saved, [], [])
    gone = _take_away(found, opened or {}, typed)
    for name, theirs in saved.items():
        if plain(theirs) == plain(typed.get(name, "")) or name in {"version", "opened"}:
            found.fields.setdefault(name, theirs)
        elif name not in typed or _stands(name, opened, typed, typed[name]):
            found.fields[name] = theirs
            found.taken.append(name)
        elif opened is None or plain(theirs) != plain(opened.get(name, "")):
            found.clashes.append(Clash(name, theirs))
    found.clashes.extend(Clash(name, GONE, is_gone=True) for name in gone)
    _keep_what_the_other_changed(found, opened)
    return found


def _take_away(found: Merged, opened: Fields, typed: Fields) -> list[str]:
    """Take away the rows that the other took away; return the first fields of those that were changed here."""
    gone, mine, theirs = [], rows_of(typed), rows_of(found.saved)
    for name in rows_of(opened):
        if name in theirs or name not in mine:
            continue
        first = f"{name}-{'name' if name.startswith('area') else 'title'}"
        if all(_stands(f"{name}-{field}", opened, typed, value) for field, value in mine[name].items()):
            for field in mine[name]:
                del found.fields[f"{name}-{field}"]
            found.taken.append(first)
        elif plain(typed.get(first, "")) and not mine[name].get("remove"):
            gone.append(first)
    return gone


def _stands(name: str, opened: Fields | None, typed: Fields, value: str) -> bool:
    """Return whether this field of the form still holds what it was opened with."""
    if opened is None:
        return False
    row, before = FIELD.fullmatch(name), plain(opened.get(name, ""))
    if row and row[2] in FIRST_CHOICE and not before:
        choice = f"{row[1]}-what"
        return plain(opened.get(choice, "")) == plain(typed.get(choice, ""))
    return before == plain(value)


def _keep_what_the_other_changed(found: Merged, opened: Fields | None) -> None:
    """Take back the tick that removes a row which the other has changed: it is removed only when that has been seen."""
    before = rows_of(opened or {})
    for name, row in rows_of(found.saved).items():
        if found.fields.get(f"{name}-remove") and _differs(row, before.get(name)):
            del found.fields[f"{name}-remove"]
            found.clashes.append(Clash(f"{name}-title", row.get("title", "")))


def _differs(row: Row, before: Row | None) -> bool:
    return before is None or any(plain(value) != plain(before.get(field, "")) for field, value in row.items())
