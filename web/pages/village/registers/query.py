"""What the address of a register asks for: filters and an order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import request
from sqlalchemy.orm import Session

from cases.states import Kind, State
from cases.village.registers.filters import AnswerStanding, RegisterFilters, RegisterOrder
from cases.village.registers.topics import TopicShown
from web.pages.filters import IN_STATES, NO, YES, not_understood, slugs, states_in, unknown_choices
from web.pages.options import known

ORDER = "order"
FILTERS = ("place", "kind", "state", "decides", "keeper", "sort", "answer", "overdue", "q")  # what narrows the list


@dataclass(frozen=True)
class RegisterQuery:
    """The query of a register: `asked` are its filters and its order by name, as they stand in the address.

    `refusals` has a sentence for each of them whose value is not understood, by name: such a list cannot be shown.
    """

    asked: Mapping[str, str]
    refusals: Mapping[str, str]

    @property
    def given(self) -> dict[str, Any]:
        """The filters that are set, and the order when it is not the usual one."""
        return {name: value for name, value in self.asked.items() if value}

    @property
    def is_narrowed(self) -> bool:
        """Whether a filter is set."""
        return any(self.asked[name] for name in FILTERS)

    @property
    def leaves_out_of_map(self) -> bool:
        """Whether the map leaves cases out: it counts those of all places."""
        return any(self.asked[name] for name in FILTERS if name != "place")

    @property
    def order(self) -> RegisterOrder:
        """The order in which the rows stand."""
        return RegisterOrder(self.asked[ORDER] or RegisterOrder.NEWEST)

    @property
    def filters(self) -> RegisterFilters:
        """The filters of the register."""
        asked = {name: value or None for name, value in self.asked.items()}
        return RegisterFilters(
            place=asked["place"], kind=asked["kind"], states=states_in(asked["state"]) if asked["state"] else (),
            decides=asked["decides"], keeper=asked["keeper"], sort=asked["sort"],
            answer=AnswerStanding(asked["answer"]) if asked["answer"] else None, late=asked["overdue"] == YES,
            words=self.asked["q"], order=self.order,
        )  # fmt: skip


def read_register_query(session: Session, topic: TopicShown) -> RegisterQuery:
    """Return what the present request's query string asks for, of the register of this topic."""
    asked = {name: request.args.get(name, "").strip() for name in (*FILTERS, ORDER)}
    if asked[ORDER] == RegisterOrder.NEWEST:
        asked[ORDER] = ""
    names = known(session)
    authorities = [row.slug for row in names.authorities]
    possible: dict[str, Iterable[object]] = {
        "place": slugs(names)["place"],
        "kind": list(Kind),
        "state": [*IN_STATES, *State],
        "decides": authorities,
        "keeper": authorities,
        "sort": topic.words.sorts,
        "answer": list(AnswerStanding),
        "overdue": (YES, NO),
        ORDER: list(RegisterOrder),
    }
    return RegisterQuery(asked, unknown_choices(asked, possible) | not_understood(FILTERS))
