"""The desk of the demonstration keeps in touch with each group, but one that it has let slip."""

from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select
from support.houses.demonstration import NOW, fill_demonstration
from support.houses.migrated import CALENDAR
from support.houses.small_house import copied_sqlite

from cases.case import Case
from cases.database.transactions import Database
from cases.demo.villages.contacts import LEFT_ALONE
from cases.history.journal import Event
from cases.village.obligations.listing import what_is_owed, what_lacks
from cases.village.relations.contact import Contact


@pytest.mark.slow
def test_each_group_has_been_met_but_one_that_was_let_slip(run_folder: Path, tmp_path: Path) -> None:
    database = Database(copied_sqlite(run_folder, tmp_path, "demonstration_house", fill_demonstration), CALENDAR)
    with database.reading() as session:
        contacts = [owed for owed in what_is_owed(session, NOW) if owed.obligation == "contact"]
        planned = select(Case.subject).join(Event, Event.stream == Case.id).where(Event.type == "case.planned")
        kept = Counter(session.scalars(planned.where(Case.obligation == "contact")))
        assert what_lacks(session) == []
        logged = Counter(session.scalars(select(Contact.unit_id)))
    database.close()
    assert len(contacts) == len(kept) == 8
    assert [owed.subject for owed in contacts if owed.late] == [LEFT_ALONE]
    assert min(kept.values()) >= 3  # the first day, and two contacts at least
    assert len(logged) == 8 and min(logged.values()) >= 2
