"""What a request may say of registers: which rows of one it wants, and what is entered of a case."""

from typing import Any

from marshmallow import post_load

from cases.case import LONGEST_TEXT
from cases.states import Kind, State
from cases.village.registers.entering import EntryGiven
from cases.village.registers.entry import LONGEST_REF, LONGEST_SORT, LONGEST_WHERE
from cases.village.registers.filters import AnswerStanding, RegisterFilters
from cases.village.registers.listing import MOST_ON_A_PAGE
from web.schemas.fields import Bool, Choice, LocalDay, LongText, Number, PlainText, Slug, Strict, within
from web.schemas.queries import LONGEST_CURSOR, LONGEST_SEARCH, Several
from web.schemas.requests import LARGEST_VERSION


class RegisterQueryIn(Strict):
    """The query parameters of GET /registers/{category}: filters, page size (`limit`) and place (`cursor`).

    `answer` says how far a case has come with those who decide. `cursor` is what the page before gave as `next`.
    """

    place = Slug()
    kind = Choice(Kind)
    state = Several(Choice(State))
    decides = Slug()
    keeper = Slug()
    sort = PlainText(most=LONGEST_SORT)
    answer = Choice(AnswerStanding)
    overdue = Bool(load_default=False)
    q = PlainText(most=LONGEST_SEARCH, load_default="")
    limit = Number(load_default=50, validate=within(1, MOST_ON_A_PAGE))
    cursor = PlainText(most=LONGEST_CURSOR, load_default="")

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> tuple[RegisterFilters, int, str]:
        """Return the filters, the size of the page and its cursor, of `given`, the loaded parameters."""
        limit, cursor = given.pop("limit"), given.pop("cursor")
        states, late, words = tuple(given.pop("state", ())), given.pop("overdue"), given.pop("q")
        return RegisterFilters(**given, states=states, late=late, words=words), limit, cursor


class RegisterEntryIn(Strict):
    """The body of PUT /cases/{ref}/register-entry: the whole entry. What is missing or null is not known."""

    decides = Slug(allow_none=True)
    keeper = Slug(allow_none=True)
    where = PlainText(most=LONGEST_WHERE, allow_none=True)
    sort = PlainText(most=LONGEST_SORT, allow_none=True)
    forwarded_on = LocalDay(allow_none=True)
    their_ref = PlainText(most=LONGEST_REF, allow_none=True)
    answered_on = LocalDay(allow_none=True)
    answer = LongText(most=LONGEST_TEXT, allow_none=True)
    version = Number(
        allow_none=True,
        strict=True,
        validate=within(0, LARGEST_VERSION),
        metadata={"description": "The version of the case, or of its entry, as it was read."},
    )

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> EntryGiven:
        """Return `given`, the loaded fields, as an `EntryGiven`."""
        return EntryGiven(**given | {name: given.get(name) or "" for name in ("where", "their_ref", "answer")})
