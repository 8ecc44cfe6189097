"""What the other has written, in words for the page: the name of each field, of its row, and what stands in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from web.language.gettext import gettext
from web.language.village.plan_words import FATES, ITEM_KINDS
from web.pages.forms import Form
from web.pages.village.items_in_words import QUARTERS
from web.pages.village.merging.fields import Clash
from web.pages.village.merging.rows import FIELD

LABELS: Mapping[str, LazyString] = {
    "year": _l("The year of the plan"),
    "vision": _l("Vision"),
    "situation": _l("How it is today"),
    "strengths": _l("Our strengths"),
}
LABELS_IN_ROW: Mapping[str, LazyString] = {
    "rank": _l("Order"),
    "name": _l("Name of the area"),
    "why": _l("Why it is important"),
    "what": _l("What becomes of it?"),
    "title": _l("What is to be done?"),
    "kind": _l("Who does it?"),
    "responsible": _l("Responsible"),
    "category": _l("Topic"),
    "year": _l("Year"),
    "quarter": _l("When in the year"),
    "text": _l("Description"),
    "place": _l("Place"),
    "cost_kr": _l("Cost in kronor"),
    "area": _l("Area"),
    "note": _l("What became of it?"),
    "done_on": _l("When was it done?"),
    "done_by": _l("Who did it?"),
    "fate": _l("What becomes of it instead?"),
    "reason": _l("Why?"),
}
WHAT: Mapping[str, LazyString] = {
    "keep": _l("Keep"),
    "change": _l("Change"),
    "done": _l("Done"),
    "drop": _l("Leave out"),
}


@dataclass(frozen=True)
class OthersWords:
    """One field that both changed: its name in the form, where it stands in words, and what the other has there."""

    name: str
    where: str
    words: str


def others_words(form: Form, clash: Clash, choices: Mapping[str, Any]) -> OthersWords:
    """Return the clash in words; `choices` are the options of the form's fields."""
    return OthersWords(clash.name, _where_words(form, clash.name), _value_words(form, clash, choices))


def owner_words(form: Form, name: str) -> str:
    """Return what this field of the form belongs to: the name of its row or, outside the rows, its own label."""
    found = FIELD.fullmatch(name)
    return row_words(form, found[1]) if found else str(LABELS.get(name, ""))


def _where_words(form: Form, name: str) -> str:
    """Return which field of the form this is, such as "Paint the hall: Year"; "" for one without a label."""
    found = FIELD.fullmatch(name)
    if found is None:
        return str(LABELS.get(name, ""))
    row, label = row_words(form, found[1]), str(LABELS_IN_ROW.get(found[2], ""))
    return gettext("%(row)s: %(field)s", row=row, field=label) if row else label


def row_words(form: Form, row: str) -> str:
    """Return what the row is called: by its title, by the name of its area, or as a row that has no name yet."""
    is_area = row.startswith("area")
    typed = form.typed(f"{row}-name" if is_area else f"{row}-title").strip()
    return typed or (gettext("An area without a name") if is_area else gettext("An item without a name"))


def _value_words(form: Form, clash: Clash, choices: Mapping[str, Any]) -> str:
    if clash.is_gone:
        return gettext("has been taken away")
    found = FIELD.fullmatch(clash.name)
    field = found[2] if found else ""
    named: Mapping[str, Mapping[str, Any]] = {
        "kind": _by_value(ITEM_KINDS), "fate": _by_value(FATES), "what": WHAT, "category": dict(choices["categories"]),
        "place": dict(choices["places"]), "responsible": dict(choices["units"]),
        "quarter": _by_value(QUARTERS),
    }  # fmt: skip
    if field == "area":
        return row_words(form, f"area-{clash.theirs}")
    return str(named.get(field, {}).get(clash.theirs, clash.theirs)) or gettext("nothing")


def _by_value(words: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(value): said for value, said in words.items()}
