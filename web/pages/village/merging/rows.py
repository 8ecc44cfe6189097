"""The rows of two forms of one draft, matched: each form numbers its rows for itself."""

import re
from collections.abc import Callable, Mapping

Fields = dict[str, str]
Row = dict[str, str]
FIELD = re.compile(r"((?:area|item)-[0-9]{1,3})-([a-z_-]+)")
WRITTEN = ("name", "why", "title", "text", "cost_kr", "origin")  # a row without any of them is empty
Key = Callable[[Row], tuple[str, ...] | None]


def rows_of(fields: Mapping[str, str]) -> dict[str, Row]:
    """Return the rows that are not empty, by the beginning of the names of their fields, such as "item-3"."""
    rows: dict[str, Row] = {}
    for name, value in fields.items():
        if found := FIELD.fullmatch(name):
            rows.setdefault(found[1], {})[found[2]] = value
    return {name: row for name, row in rows.items() if any(plain(row.get(field, "")) for field in WRITTEN)}


def numbered_as(form: Fields, taken: Fields, saved: Fields) -> Fields:
    """Return the saved fields, each row numbered as the same row of `form`; new rows come after those of `taken`."""
    names = matched(rows_of(form), rows_of(saved))
    for what in ("area", "item"):
        new = [name for name in rows_of(saved) if name.startswith(what) and name not in names]
        after = 1 + max((_number(name) for name in (*form, *taken) if _is_row(name, what)), default=-1)
        names |= {name: f"{what}-{n}" for n, name in enumerate(new, start=after)}
    found = {}
    for name, value in saved.items():
        row = FIELD.fullmatch(name)
        if row is None:
            found[name] = value
        elif row[1] in names:
            is_area = row[2] == "area" and f"area-{value}" in names
            found[f"{names[row[1]]}-{row[2]}"] = names[f"area-{value}"].removeprefix("area-") if is_area else value
    return found


def matched(form: Mapping[str, Row], saved: Mapping[str, Row]) -> dict[str, str]:
    """Return which row of the form each saved row is, where there is one.

    It is the one about the same item of the plan before; else that of the same name; else one that is the same but for
    its name.
    """
    left, found = dict(form), dict[str, str]()
    for key in (_by_origin, _by_name, _by_the_rest):
        for name, row in saved.items():
            same = next((one for one in left if _is_same(key, name, row, one, left[one])), None)
            if name not in found and same is not None:
                found[name] = same
                del left[same]
    return found


def plain(text: str) -> str:
    """Return the text as it is compared: browsers change the ends of lines, and blanks at the ends say nothing."""
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _is_same(key: Key, name: str, row: Row, other_name: str, other: Row) -> bool:
    if name.partition("-")[0] != other_name.partition("-")[0] or _are_two_items(row, other):
        return False
    return key(row) is not None and key(row) == key(other)


def _are_two_items(row: Row, other: Row) -> bool:
    origins = {row.get("origin"), other.get("origin")} - {None, ""}
    return len(origins) > 1


def _by_origin(row: Row) -> tuple[str, ...] | None:
    return (row["origin"],) if row.get("origin") else None


def _by_name(row: Row) -> tuple[str, ...] | None:
    name = plain(row.get("title", row.get("name", "")))
    return (name,) if name else None


def _by_the_rest(row: Row) -> tuple[str, ...] | None:
    if row.get("origin"):
        return None
    names = ("rank", "why") if "name" in row else ("kind", "responsible", "category", "year", "quarter", "text")
    return tuple(plain(row.get(name, "")) for name in names)


def _is_row(name: str, what: str) -> bool:
    return name.startswith(f"{what}-") and FIELD.fullmatch(name) is not None


def _number(name: str) -> int:
    return int(name.split("-")[1])
