"""What was typed in the draft's form, as the content of a draft; each refusal goes to the field that it is about."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar

from cases.database.texts import is_storable, visible
from cases.refusals import FieldRefusal
from cases.village.plans.draft_content import FIRST_YEAR, LAST_YEAR, DraftArea, DraftContent, DraftDrop, DraftItem
from cases.village.plans.reading.shown import PlanItemShown
from cases.village.plans.records.plan_drop import Fate
from cases.village.plans.records.plan_item import PlanItemKind
from cases.village.plans.reporting import LONGEST_REPORT
from web.current import today
from web.language.days.typed_days import AnotherWeekday, NoSuchDay, NotADay, read_day
from web.language.gettext import gettext
from web.language.refusals import sentence_of
from web.pages.forms import Form, day_example_words
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
    """What could be read of a draft as it was typed.

    `places` maps the beginnings of the content's fields to those of the form. `wrong` has a sentence for each field of
    the form that is not finished, or cannot be read: it is left out of the content.
    """

    content: DraftContent
    places: dict[str, str] = field(default_factory=dict)
    finished: list[FinishedItem] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def put_right(self, form: Form, refusal: FieldRefusal) -> None:
        """Put a refusal of the draft beside the field of the form that it is about."""
        form.refuse(refusal)
        form.refusals = {self._in_form(name): said for name, said in form.refusals.items()}

    def _in_form(self, name: str) -> str:
        begin, _, last = name.rpartition(".")
        return f"{self.places[begin]}-{last}" if begin in self.places else name


class DraftReader:
    """Reads the form once, and keeps what cannot be read: a sentence by the name of each field."""

    def __init__(self, form: Form, origins: Origins, year: int) -> None:
        self.form, self.origins, self.year = form, origins, year
        self.wrong: dict[str, list[str]] = {}
        self.places: dict[str, str] = {}
        self.finished: list[FinishedItem] = []
        self.items: list[DraftItem] = []
        self.dropped: list[DraftDrop] = []

    def read(self) -> TypedDraft:
        """Return what was typed, without what cannot be read or is not finished."""
        year = self._year("year")
        areas, ranks = self._areas()
        for row in item_rows(self.form, self.origins):
            self._read_item(row, ranks)
        if year is None:
            self.wrong.setdefault("year", [gettext("Write the year with four digits.")])
        texts = {name: self._text(name) for name in ("vision", "situation", "strengths")}
        content = DraftContent(
            year or self.year, number_in(self.form.typed("version")) or 0, **texts, areas=areas,
            items=tuple(self.items), dropped=tuple(self.dropped),
        )  # fmt: skip
        return TypedDraft(content, self.places, self.finished, self.wrong)

    def _areas(self) -> tuple[tuple[DraftArea, ...], dict[int, int]]:
        """Return the areas that have a name, in the order that was asked for, and their ranks by row."""
        rows = [n for n in numbers_of(self.form, "area") if self._text(f"area-{n}-name")]
        for n in numbers_of(self.form, "area"):
            if n not in rows and self._text(f"area-{n}-why"):
                self.wrong[f"area-{n}-name"] = [gettext("Give the area a name.")]
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
        if not visible(item.title):
            self.wrong[f"{row.name}-title"] = [sentence_of("title-needed")]
        elif item.area:
            self.places[f"items.{len(self.items)}"] = row.name
            self.items.append(item)

    def _drop(self, row: ItemRow, origin: PlanItemShown) -> None:
        fate, reason = self._choice(f"{row.name}-fate", Fate) or Fate.DROPPED, self.form.typed(f"{row.name}-reason")
        if not visible(reason):
            self.wrong[f"{row.name}-reason"] = [sentence_of("drop-needed")]
            return
        self.places[f"dropped.{len(self.dropped)}"] = row.name
        self.dropped.append(DraftDrop(origin.key, fate, reason))

    def _finish(self, row: ItemRow, origin: PlanItemShown) -> None:
        if origin.done_on is not None or origin.case is None:
            return
        note, on, by = (f"{row.name}-{field}" for field in ("note", "done_on", "done_by"))
        told = (self.form.typed(note), self._day(on), self._text(by))
        self.wrong |= {name: [said] for name, said in _wrong_in_report(told[0], note) if name not in self.wrong}
        if not {note, on, by} & self.wrong.keys():
            self.finished.append(FinishedItem(row.name, origin.case, *told))

    def _typed_item(self, row: ItemRow, rank: int) -> DraftItem:
        name = row.name
        quarter = self._number(f"{name}-quarter", gettext("This is none of the choices."))
        return DraftItem(
            area=rank, title=self.form.typed(f"{name}-title"),
            kind=self._choice(f"{name}-kind", PlanItemKind) or PlanItemKind.OWN,
            origin=row.origin.key if row.origin else None, text=self._text(f"{name}-text"),
            category=self._text(f"{name}-category"), place=self._text(f"{name}-place"),
            responsible=self._text(f"{name}-responsible"), year=self._year(f"{name}-year"),
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

    def _year(self, name: str) -> int | None:
        year = self._number(name, gettext("Write the year with four digits."))
        if year is None or FIRST_YEAR <= year <= LAST_YEAR:
            return year
        self.wrong[name] = [sentence_of("number-outside", {"least": FIRST_YEAR, "most": LAST_YEAR})]
        return None

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
            self.wrong[name] = [day_example_words(has_been=True)]
            return None


def _as_before(origin: PlanItemShown, rank: int) -> DraftItem:
    """Return the item as the version before has it."""
    return DraftItem(
        rank, origin.title, origin.kind, origin.key, origin.text, origin.category, origin.place, origin.responsible,
        origin.year, origin.quarter, origin.cost_ore,
    )  # fmt: skip


def _wrong_in_report(note: str, name: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong in what is told of an item that is done: the name of the field, and the sentence."""
    if not visible(note):
        yield name, gettext("Write how it went. Everybody can read it.")
    elif len(note) > LONGEST_REPORT:
        yield name, sentence_of("too-long", {"most": LONGEST_REPORT})
    elif not is_storable(note):
        yield name, sentence_of("bad-characters")


def read_draft_form(form: Form, origins: Origins, year: int) -> TypedDraft:
    """Return what can be read of the draft in the form. `year` is that of the plan while none is given."""
    return DraftReader(form, origins, year).read()
