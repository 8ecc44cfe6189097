"""Which part of a long list a page shows, as "26-50 of 110", and the way back to its beginning.

Lists go on by a cursor, which does not say how many rows came before it: the address carries the number beside it.
"""

from collections.abc import Sized
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request, url_for

from cases.reading.lists import MOST_COUNTED
from web.requests.parsing.readable import number_in
from web.requests.partial_pages import is_part_asked

ROWS = 25  # on a page of a list
ROW = "rad"  # in the query string: the number of the first row
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
        asked = [(name, value) for name, value in request.args.items(multi=True) if name not in PLACE]
        path = url_for(request.endpoint or "overview.show", **(request.view_args or {}))
        return f"{path}?{urlencode(asked)}" if asked else path

    def address_after(self, address: str) -> str:
        """Return the address of the next page, with the number of its first row."""
        address, anchor, fragment = address.partition("#")
        return f"{address}{'&' if '?' in address else '?'}{ROW}={self.last + 1}{anchor}{fragment}"


def part_of(rows: Sized, *, count: int, goes_on: bool) -> ListPart:
    """Return which part these rows are of a list of `count` rows; `goes_on` says that a cursor was followed.

    The query string has the number of the first row. One that cannot be, changed by hand, is made the last that can.
    """
    asked = (number_in(request.args.get(ROW, "")) or 1) if goes_on else 1
    last_possible = max(count - len(rows) + 1, 1)
    first = asked if count >= MOST_COUNTED else min(asked, last_possible)
    return ListPart(first, first + len(rows) - 1)
