"""The query parameters of the API's lists: filters, sort order and page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import fields, post_load

from cases.reading.lists import MOST_ROWS, Filters, Sort
from cases.states import Kind, State
from notifications.inbound.listing import MOST_ROWS as MOST_MAILS
from notifications.inbound.listing import InboundPart
from notifications.inbound_mail import InboundOutcome
from web.schemas.fields import Bool, Choice, Number, PlainText, Slug, Strict, within

LONGEST_SEARCH = 200
LONGEST_CURSOR = 300
MOST_EVENTS, LARGEST_NUMBER = 500, 2**31 - 1 - 500


class Several(fields.List[Any]):
    """A parameter with several values, repeated (?state=a&state=b) or separated by commas (?state=a,b)."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **more: Any) -> Any:
        given = value if isinstance(value, list) else [value]
        return super()._deserialize([part for item in given for part in str(item).split(",")], attr, data, **more)


class CaseListQuery(Strict):
    """The query parameters of GET /cases: filters, sort order, page size (`limit`) and place in the list.

    `q` is text to search for. `cursor` is what the page before gave as `next`; without it the list begins.
    """

    state = Several(Choice(State))
    kind = Choice(Kind)
    category = Slug()
    place = Slug()
    responsible = Slug()
    group = Slug()
    overdue = Bool()
    parked = Bool()
    quick_win = Bool()
    q = PlainText(most=LONGEST_SEARCH)
    sort = Choice(Sort, load_default=Sort.NEWEST)
    limit = Number(load_default=50, validate=within(1, MOST_ROWS))
    cursor = PlainText(most=LONGEST_CURSOR)

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> Filters:
        """Return `given`, the loaded parameters, as `Filters`."""
        return Filters(states=tuple(given.pop("state", ())), **given)


@dataclass(frozen=True)
class HistoryPart:
    """Which part of a case's events is asked for: after the number `cursor`, of at most `limit` numbers."""

    cursor: int
    limit: int


class HistoryQuery(Strict):
    """The query parameters of GET /cases/{ref}/events: page size (`limit`) and place (`cursor`).

    `cursor` is what the page before gave as `next`; without it the history begins.
    """

    limit = Number(load_default=MOST_EVENTS, validate=within(1, MOST_EVENTS))
    cursor = Number(load_default=0, validate=within(0, LARGEST_NUMBER))

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> HistoryPart:
        """Return `given`, the loaded parameters, as a `HistoryPart`."""
        return HistoryPart(**given)


class InboundQuery(Strict):
    """The query parameters of GET /inbound: the outcome, the page size (`limit`) and the place in the list.

    `cursor` is what the page before gave as `next`; without it the list begins with the latest mail.
    """

    outcome = Choice(InboundOutcome, load_default=None)
    limit = Number(load_default=50, validate=within(1, MOST_MAILS))
    cursor = PlainText(most=LONGEST_CURSOR, load_default=None)

    @post_load
    def make(self, given: dict[str, Any], **_more: Any) -> InboundPart:
        """Return `given`, the loaded parameters, as an `InboundPart`."""
        return InboundPart(**given)


class NoQuery(Strict):
    """The schema of endpoints without query parameters."""
