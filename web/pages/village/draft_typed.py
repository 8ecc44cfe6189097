"""What was typed in the draft's form, as the content of a draft; each refusal goes to the field that it is about."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from marshmallow import ValidationError

from cases.database.texts import visible
from cases.refusals import FieldRefusal
from cases.village.plans.draft_content import DraftArea, DraftContent, DraftDrop, DraftItem
from cases.village.plans.reading.shown import PlanItemShown
from cases.village.plans.records.plan_drop import Fate
from cases.village.plans.records.plan_item import PlanItemKind
from web.current import today
from web.language.days.typed_days import AnotherWeekday, NoSuchDay, NotADay, read_day
from web.language.gettext import gettext
from web.pages.forms import Form
from web.pages.village.draft_rows import CHANGE, DROP, FINISH, KEEP, ORE, ItemRow, Origins, item_rows, numbers_of
from web.requests.parsing.readable import number_in

One = TypeVar("One", bound=StrEnum)
TYPED_IN_ITEM = ("title", "text", "cost_kr", "place", "category")


@dataclass(frozen=True)
class FinishedItem:
    """An item of an earlier version that is said to be done: its case, when, by whom, and what became of it."""

    name: str
    case: str
    note: str
    done_on: date | None
    done_by: str | None


@dataclass
class TypedDraft:
    """A draft as it was typed. `places` maps the beginnings of the content's fields to those of the form."""

    content: DraftContent
    places: dict[str, str] = field(default_factory=dict)
    finished: list[FinishedItem] = field(default_factory=list)

    def put_right(self, form: Form, refusal: FieldRefusal) -> None:
        """Put a refusal of the draft beside the field of the form that it is about."""
        form.refuse(refusal)
        form.refusals = {self._in_form(name): said for name, said in form.refusals.items()}

    def _in_form(self, name: str) -> str:
        begin, _, last = name.rpartition(".")
        return f"{self.places[begin]}-{last}" if begin in self.places else name


class DraftReader:
    """Reads the form once, and keeps what cannot be read: a sentence by the name of each field."""

    def __init__(self, form: Form, origins: Origins) -> None:
        self.form, self.origins = form, origins
        self.wrong: dict[str, list[str]] = {}
        self.places: dict[str, str] = {}
        self.finished: list[FinishedItem] = []
        self.items: list[DraftItem] = []
        self.dropped: list[DraftDrop] = []

    def read(self) -> TypedDraft:
        """Return what was typed. Raises `ValidationError` with all that cannot be read."""
        year = self._number("year", gettext("Write the year with four digits."))
        areas, ranks = self._areas()
        for row in item_rows(self.form, self.origins):
            self._read_item(row, ranks)
        if year is None:
            self.wrong.setdefault("year", [gettext("Write the year with four digits.")])
        if self.wrong:
            raise ValidationError(dict(self.wrong))
        texts = {name: self._text(name) for name in ("vision", "situation", "strengths")}
        content = DraftContent(
            year or 0, number_in(self.form.typed("version")) or 0, **texts, areas=areas, items=tuple(self.items),
            dropped=tuple(self.dropped),
        )  # fmt: skip
        return TypedDraft(content, self.places, self.finished)

    def _areas(self) -> tuple[tuple[DraftArea, ...], dict[int, int]]:
        """Return the areas that have a name or a reason, in the order that was asked for, and their ranks by row."""
        rows = [n for n in numbers_of(self.form, "area") if self._text(f"area-{n}-name") or self._text(f"area-{n}-why")]
        unknown = gettext("Write a whole number, such as 1.")
        asked = {n: self._number(f"area-{n}-rank", unknown) for n in rows}
        rows.sort(key=lambda n: (asked[n] is None, asked[n] or 0, n))
        ranks = {n: rank for rank, n in enumerate(rows, start=1)}
        self.places |= {f"areas.{rank - 1}": f"area-{n}" for n, rank in ranks.items()}
        areas = (DraftArea(ranks[n], self.form.typed(f"area-{n}-name"), self._text(f"area-{n}-why")) for n in rows)
        return tuple(areas), ranks

    def _read_item(self, row: ItemRow, ranks: dict[int, int]) -> None:
        what = self.form.typed(f"{row.name}-what")
        if row.origin is None:
            if not self._is_left_empty(row):
                self._carry(row, self._typed_item(row, self._rank(row, ranks)))
        elif what == CHANGE:
            self._carry(row, self._typed_item(row, self._rank(row, ranks)))
        elif what == KEEP:
            self._carry(row, _as_before(row.origin, self._rank(row, ranks)))
        elif what == DROP:
            self._drop(row, row.origin)
        elif what == FINISH:
            self._finish(row, row.origin)

    def _is_left_empty(self, row: ItemRow) -> bool:
        is_removed = bool(self.form.typed(f"{row.name}-remove"))
        return is_removed or not any(self._text(f"{row.name}-{field}") for field in TYPED_IN_ITEM)

    def _carry(self, row: ItemRow, item: DraftItem) -> None:
        self.places[f"items.{len(self.items)}"] = row.name
        self.items.append(item)

    def _drop(self, row: ItemRow, origin: PlanItemShown) -> None:
        self.places[f"dropped.{len(self.dropped)}"] = row.name
        fate = self._choice(f"{row.name}-fate", Fate) or Fate.DROPPED
        self.dropped.append(DraftDrop(origin.key, fate, self.form.typed(f"{row.name}-reason")))

    def _finish(self, row: ItemRow, origin: PlanItemShown) -> None:
        if origin.done_on is not None or origin.case is None:
            return
        told = (self.form.text(f"{row.name}-note"), self._day(f"{row.name}-done_on"), self._text(f"{row.name}-done_by"))
        self.finished.append(FinishedItem(row.name, origin.case, *told))

    def _typed_item(self, row: ItemRow, rank: int) -> DraftItem:
        name, year = row.name, gettext("Write the year with four digits.")
        quarter = self._number(f"{name}-quarter", gettext("This is none of the choices."))
        return DraftItem(
            area=rank, title=self.form.typed(f"{name}-title"),
            kind=self._choice(f"{name}-kind", PlanItemKind) or PlanItemKind.OWN,
            origin=row.origin.key if row.origin else None, text=self._text(f"{name}-text"),
            category=self._text(f"{name}-category"), place=self._text(f"{name}-place"),
            responsible=self._text(f"{name}-responsible"), year=self._number(f"{name}-year", year),
            quarter=quarter or None, cost_ore=self._money(f"{name}-cost_kr"),
        )  # fmt: skip

    def _rank(self, row: ItemRow, ranks: dict[int, int]) -> int:
        name = f"{row.name}-area"
        asked = number_in(self.form.typed(name))
        rank = ranks.get(-1 if asked is None else asked)
        if rank is None and len(ranks) == 1:
            return 1
        if rank is None:
            self.wrong[name] = [gettext("Choose an area. If there is none yet, give one a name first.")]
        return rank or 0

    def _text(self, name: str) -> str | None:
        return self.form.typed(name).strip() or None

    def _number(self, name: str, sentence: str) -> int | None:
        typed = visible(self.form.typed(name))
        number = number_in(typed)
        if typed and number is None:
            self.wrong[name] = [sentence]
        return number

    def _money(self, name: str) -> int | None:
        """Return the amount in öre."""
        typed = "".join(self.form.typed(name).removesuffix("kr").split()).replace(",", ".")
        if not typed:
            return None
        try:
            amount = Decimal(typed) * ORE
            if amount.is_finite() and amount == amount.to_integral_value():
                return int(amount)
        except InvalidOperation:
            pass
        self.wrong[name] = [gettext("Write the amount in kronor, such as 1500 or 1500,50.")]
        return None

    def _choice(self, name: str, choices: type[One]) -> One | None:
        typed = self.form.typed(name)
        if typed and typed not in {one.value for one in choices}:
            self.wrong[name] = [gettext("This is none of the choices.")]
            return None
        return choices(typed) if typed else None

    def _day(self, name: str) -> date | None:
        typed = self.form.typed(name) or self.form.typed(f"{name}-picked")
        try:
            return read_day(visible(typed), today=today(), has_been=True) if visible(typed) else None
        except (AnotherWeekday, NoSuchDay, NotADay):
            self.wrong[name] = [gettext("Write the day as 2027-04-15 or 15 April 2027.")]
            return None


def _as_before(origin: PlanItemShown, rank: int) -> DraftItem:
    """Return the item as the version before has it."""
    return DraftItem(
        rank, origin.title, origin.kind, origin.key, origin.text, origin.category, origin.place, origin.responsible,
        origin.year, origin.quarter, origin.cost_ore,
    )  # fmt: skip


def read_draft_form(form: Form, origins: Origins) -> TypedDraft:
    """Return the draft that was typed in the form. Raises `ValidationError` with a sentence for each bad field."""
    return DraftReader(form, origins).read()
