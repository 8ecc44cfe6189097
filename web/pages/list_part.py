"""Which part of a long list a page shows, as "26-50 of 110", and the way back: a page, or to its beginning.

Lists go on by a cursor, which does not say how many rows came before it, nor leads back: the address carries the number
beside it, and where the pages before it began.
"""

from collections.abc import Sized
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlencode

from flask import request, url_for

from cases.reading.lists import MOST_COUNTED
from web.requests.parsing.readable import number_in
from web.requests.partial_pages import is_part_asked

ROWS = 25  # on a page of a list
ROW = "rad"  # in the query string: the number of the first row
BACK = "bak"  # in the query string, several: where the pages began that led here, without the first page
MOST_BACK = 30  # pages; beyond them the way back leads to the beginning
PLACE = frozenset({"cursor", "after", "fran", ROW})  # what in a query string says where in a list the page begins


@dataclass(frozen=True)
class ListPart:
    """The rows of a list that a page shows: the number of the first and of the last one, counted from 1."""

    first: int
    last: int

    @property
    def is_beginning(self) -> bool:
        """Whether the list begins on this page."""
        return self.first == 1

    @property
    def takes_focus(self) -> bool:
        """Whether the first row gets the focus: it is put below rows that are shown already, after "show more"."""
        return not self.is_beginning and is_part_asked()

    @property
    def beginning(self) -> str:
        """The address of the page on which the list begins."""
        return _address([])

    @property
    def previous(self) -> str:
        """The address of the page before this one; of the beginning when it is not known."""
        *earlier, last = request.args.getlist(BACK) or [""]
        place = [(name, value) for name, value in parse_qsl(last) if name in PLACE]
        return _address([*place, *((BACK, one) for one in earlier)] if place else [])

    def address_after(self, address: str) -> str:
        """Return the address of the next page, with the number of its first row and the way back."""
        address, anchor, fragment = address.partition("#")
        back = request.args.getlist(BACK) + ([] if self.is_beginning else [urlencode(_place())])
        more = urlencode([(ROW, self.last + 1), *((BACK, one) for one in back[-MOST_BACK:])])
        return f"{address}{'&' if '?' in address else '?'}{more}{anchor}{fragment}"


def _place() -> list[tuple[str, str]]:
    return [(name, value) for name, value in request.args.items() if name in PLACE]


def _address(place: list[tuple[str, str]]) -> str:
    """Return the address of this list at that place."""
    asked = [(name, value) for name, value in request.args.items(multi=True) if name not in PLACE | {BACK}]
    path = url_for(request.endpoint or "overview.show", **(request.view_args or {}))
    return f"{path}?{urlencode([*asked, *place])}" if asked or place else path


def part_of(rows: Sized, *, count: int, goes_on: bool) -> ListPart:
    """Return which part these rows are of a list of `count` rows; `goes_on` says that a cursor was followed.

    The query string has the number of the first row. One that cannot be, changed by hand, is made the last that can.
    """
    asked = (number_in(request.args.get(ROW, "")) or 1) if goes_on else 1
    last_possible = max(count - len(rows) + 1, 1)
    first = asked if count >= MOST_COUNTED else min(asked, last_possible)
    return ListPart(first, first + len(rows) - 1)
