"""An adoption, what is done of a plan, and a contact with questions are stored whole or not at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session
from support.houses.small_house import MONDAY, SmallHouse
from support.plans.plan_acts import OWN, PlanActs

from cases.database.base import Base
from cases.organisation.units import unit_named
from cases.states import State
from cases.village.relations.contact import ContactWay
from cases.village.relations.logging_contacts import ContactGiven, QuestionTaken, log_contact

COUNTS = " UNION ALL ".join(f"SELECT '{name}', count(*) FROM \"{name}\"" for name in sorted(Base.metadata.tables))
GIVEN = ContactGiven(
    MONDAY.date(), ContactWay.VISIT, date(2026, 6, 1), questions=(QuestionTaken("Lyktan"), QuestionTaken("Bussen"))
)


class BrokenOff(BaseException):
    """The act breaks off here."""


@contextmanager
def at_each_commit(do: Callable[[], object]) -> Iterator[None]:
    """Call `do` just before anything becomes lasting."""

    def committing(_session: Session) -> None:
        do()

    event.listen(Session, "before_commit", committing)
    try:
        yield
    finally:
        event.remove(Session, "before_commit", committing)


def break_off() -> None:
    raise BrokenOff


def rows(house: SmallHouse) -> dict[str, int]:
    """Count the rows of every table."""
    with house.database.reading() as session:
        return {row[0]: row[1] for row in session.execute(text(COUNTS))}


def log(house: SmallHouse) -> None:
    with house.database.transaction() as session:
        log_contact(session, unit_named(session, "norrby"), GIVEN, by=house.actors["contact"], at=MONDAY)


def test_v3_what_breaks_off_before_its_one_commit_leaves_nothing(small_house: SmallHouse) -> None:
    plan = PlanActs(small_house)
    plan.begin()
    plan.put()
    breaks_off(small_house, plan.adopt)
    ref = plan.named(OWN.title).case
    breaks_off(small_house, lambda: small_house.change(ref, State.DONE, by="member", note="Målad", done_by="Bo"))
    breaks_off(small_house, lambda: log(small_house))


def breaks_off(house: SmallHouse, act: Callable[[], object]) -> None:
    """See that nothing is stored when the act breaks off, and all of it by one commit when it does not."""
    before, commits = rows(house), list[int]()
    with pytest.raises(BrokenOff), at_each_commit(break_off):
        act()
    assert rows(house) == before
    with at_each_commit(lambda: commits.append(1)):
        act()
    assert len(commits) == 1
    assert rows(house)["event"] > before["event"]
