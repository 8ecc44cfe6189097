"""The rows of the draft's form: one for each area and item, numbered; each number stands in the names of its fields.

Rows keep their numbers while the form is open, so that what is typed stays where it is when a row is added.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy.orm import Session

from cases.refusals import Lack
from cases.states import ENDED, State
from cases.village.plans.due_days import plan_year
from cases.village.plans.finding import items_to_settle
from cases.village.plans.reading.item_rows import ItemReader, items_shown
from cases.village.plans.reading.shown import DraftShown, PlanItemShown
from cases.village.plans.records.plan import Plan
from cases.village.plans.records.plan_item import PlanItem, PlanItemKind
from web.current import right_now, today
from web.pages.forms import Form
from web.requests.parsing.readable import number_in

ROW = re.compile(r"(area|item)-([0-9]{1,3})-(?:name|title)")
KEEP, CHANGE, FINISH, DROP = "keep", "change", "done", "drop"
ORE = 100  # in a krona
SAME = ("title", "text", "kind", "category", "place", "responsible", "year", "quarter", "cost_ore")
Origins = dict[int, PlanItemShown]
Fields = dict[str, str]


@dataclass(frozen=True)
class ItemRow:
    """One item in the form: its number there, and the item of an earlier version that it is about, if any."""

    n: int
    origin: PlanItemShown | None

    @property
    def name(self) -> str:
        """The beginning of the names of its fields."""
        return f"item-{self.n}"


def origins_of(session: Session, plan: Plan | None) -> Origins:
    """Return the items of earlier versions that a draft of this plan settles, by their keys, in their order."""
    ids = [item.id for item in items_to_settle(session, plan)] if plan else []
    if not ids:
        return {}
    shown = items_shown(session, PlanItem.id.in_(ids), reader=ItemReader.AUTHOR, at=right_now())
    found = {item.key: item for item in shown}
    return {key: found[key] for key in ids}


def as_they_are(session: Session, origins: Origins) -> Origins:
    """Return the same items with the units that have them now, which may be others than the plan names."""
    if not origins:
        return {}
    shown = items_shown(session, PlanItem.id.in_(origins), reader=ItemReader.INSIDE, at=right_now())
    return {item.key: item for item in shown}


def numbers_of(form: Form, what: str) -> list[int]:
    """Return the numbers of the form's rows, in their order; `what` is "area" or "item"."""
    found = (ROW.fullmatch(name) for name in form.names())
    return sorted({int(row[2]) for row in found if row and row[1] == what})


def item_rows(form: Form, origins: Origins) -> list[ItemRow]:
    """Return the rows for items in the form, in their order."""
    return [ItemRow(n, origins.get(number_in(form.typed(f"item-{n}-origin")) or 0)) for n in numbers_of(form, "item")]


def add_row(form: Form, what: str) -> str:
    """Add an empty row to the form, "area" or "item"; return the name of its first field."""
    n = max(numbers_of(form, what), default=-1) + 1
    first = f"{what}-{n}-{'name' if what == 'area' else 'title'}"
    form.put(first, "")
    return first


# --- the form as it is opened --------------------------------------------------------------------


def fields_of_draft(draft: DraftShown, origins: Origins, group: str) -> Fields:
    """Return the first values of the form's fields, by name. `group` is the slug of the group whose plan it is."""
    fields = {"version": str(draft.version), "year": str(draft.year)}
    fields |= {name: getattr(draft, name) or "" for name in ("vision", "situation", "strengths")}
    for n, area in enumerate(draft.areas):
        fields |= {f"area-{n}-rank": str(n + 1), f"area-{n}-name": area.name, f"area-{n}-why": area.why or ""}
    if not draft.areas:
        fields |= empty_area(0)
    places = {area.rank: n for n, area in enumerate(draft.areas)}
    for n, (origin, item) in enumerate(_told_of(draft, origins)):
        fields |= _fields_of_item(f"item-{n}", draft, places, origin, item)
    rows = len(_told_of(draft, origins))
    if not any(item.origin is None for item in draft.items):
        fields |= empty_item(rows, group)
    return fields


def empty_area(n: int) -> Fields:
    """Return the fields of a new area."""
    return {f"area-{n}-rank": str(n + 1), f"area-{n}-name": "", f"area-{n}-why": ""}


def empty_item(n: int, group: str) -> Fields:
    """Return the fields of a new item, which the group does itself unless it says otherwise."""
    return {
        f"item-{n}-title": "", f"item-{n}-kind": PlanItemKind.OWN.value, f"item-{n}-responsible": group,
        f"item-{n}-year": str(plan_year(today())),
    }  # fmt: skip


def row_of_lack(lack: Lack, draft: DraftShown, origins: Origins) -> str:
    """Return the name of the field in the form in which what is lacking can be given."""
    if lack.key is None:
        return "area-0-name"
    for n, (origin, item) in enumerate(_told_of(draft, origins)):
        if item is not None and item.key == lack.key:
            return f"item-{n}-{'responsible' if lack.what == 'others' else lack.what}"
        if item is None and origin is not None and origin.key == lack.key:
            return f"item-{n}"
    return "innehall"


def _told_of(draft: DraftShown, origins: Origins) -> list[tuple[PlanItemShown | None, PlanItemShown | None]]:
    """Return what each row is about: an item of an earlier version, the item of the draft, or both."""
    carried = {item.origin: item for item in draft.items if item.origin is not None}
    earlier: Iterable[PlanItemShown] = (
        origin for origin in origins.values() if origin.key in carried or origin.state not in ENDED
    )
    told = [(origin, carried.get(origin.key)) for origin in earlier]
    return [*told, *((None, item) for item in draft.items if item.origin not in origins)]


def _fields_of_item(
    name: str, draft: DraftShown, places: dict[int, int], origin: PlanItemShown | None, item: PlanItemShown | None
) -> Fields:
    shown = item or origin
    if shown is None:
        return {}
    fields = _plain_fields(shown) | {"area": str(places.get(shown.area, 0)) if item is not None else ""}
    if origin is not None:
        drop = next((drop for drop in draft.dropped if drop.item == origin.key), None)
        fields |= {"origin": str(origin.key), "what": _choice(draft, origin, item)}
        fields |= {"fate": drop.fate.value, "reason": drop.reason} if drop else {}
    return {f"{name}-{field}": value for field, value in fields.items()}


def _choice(draft: DraftShown, origin: PlanItemShown, item: PlanItemShown | None) -> str:
    if item is not None:
        is_same = all(getattr(item, field) == getattr(origin, field) for field in SAME)
        return KEEP if is_same and item.key not in {lack.key for lack in draft.lacks} else CHANGE
    if any(drop.item == origin.key for drop in draft.dropped):
        return DROP
    return FINISH if origin.state is State.DONE else ""


def _plain_fields(item: PlanItemShown) -> Fields:
    kronor = None if item.cost_ore is None else f"{item.cost_ore / ORE:.2f}".removesuffix(".00").replace(".", ",")
    values = {
        "title": item.title, "text": item.text, "kind": item.kind.value, "category": item.category,
        "place": item.place, "responsible": item.responsible, "year": item.year, "quarter": item.quarter,
        "cost_kr": kronor,
    }  # fmt: skip
    return {field: str(value) if value is not None else "" for field, value in values.items()}
