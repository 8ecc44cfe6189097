"""The demonstration is a house like any other: made by the domain, the same each time, and with nothing forgotten."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from support.houses.migrated import CALENDAR
from support.houses.small_house import copied_sqlite
from support.keys import SECRET_KEY

from cases.case import Case
from cases.checks.forgotten import find_forgotten
from cases.database.migrating import migrate
from cases.database.transactions import Database
from cases.demo import demonstrating
from cases.demo.demonstrating import fill, is_empty, who_may_log_in
from cases.demo.fates import FATES, TEMPER_OF, TEMPERS
from cases.demo.questions import UNIT_OF_CATEGORY, VILLAGES, Questions
from cases.demo.villages.plans_told import read_plans
from cases.history.journal import Event
from cases.organisation.people import Person
from cases.settings import read_settings

NOW = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)


def _fill(url: str) -> None:
    """Fill the empty database with a short story; fail when it is not seen to be empty before, and full after."""
    settings = read_settings({"VENTIL_DATABASE_URL": url, "VENTIL_SECRET_KEY": SECRET_KEY})
    database = Database(url, settings.calendar)
    migrate(database)
    assert is_empty(database)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demonstrating, "MONTHS", 3)
        fill(settings, NOW, lambda _: None)
    assert not is_empty(database)
    database.close()


@pytest.fixture
def demonstration(run_folder: Path, tmp_path: Path) -> Iterator[Database]:
    """A copy of a demonstration of three months, filled once per run."""
    database = Database(copied_sqlite(run_folder, tmp_path, "short_demonstration", _fill), CALENDAR)
    yield database
    database.close()


def _told(database: Database) -> list[tuple[object, ...]]:
    with database.reading() as session:
        rows = session.execute(select(Event.stream, Event.seq, Event.type, Event.at).order_by(Event.stream, Event.seq))
        return [tuple(row) for row in rows]


def test_the_same_story_is_told_each_time(demonstration: Database, tmp_path: Path) -> None:
    _fill(url := f"sqlite:///{tmp_path / 'another.sqlite3'}")
    another = Database(url, CALENDAR)
    assert _told(demonstration) == _told(another)
    another.close()


def test_everything_happened_when_it_is_recorded_and_nothing_is_forgotten(demonstration: Database) -> None:
    with demonstration.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) > 30
        late = select(func.count()).select_from(Event).where(Event.recorded_at != Event.at)
        assert session.scalar(late) == 0
        assert {breach.guarantee for breach in find_forgotten(session, NOW)} <= {"G4"}  # no wire ran: nothing was told
        assert {email for email, _ in who_may_log_in(session)} >= {"kontakt@tallvinda.example"}


def test_the_demonstrations_people_have_no_names_and_no_addresses_of_anybody(demonstration: Database) -> None:
    with demonstration.reading() as session:
        assert all(email.endswith(".example") for email in session.scalars(select(Person.email)))


def test_nothing_is_owed_twice() -> None:
    told = Questions.read(NOW.date()).texts["plan"]
    assert not [duty for duty in told["duties"] if "plan" in duty.lower() or "kontakt" in duty.lower()]
    assert not set(told["actions"]) & {item.title for plan in read_plans() for item in plan.items}


def test_every_question_has_a_door_and_every_door_a_temper() -> None:
    questions = Questions.read(NOW.date()).texts["questions"]
    assert {question["category"] for question in questions} <= set(UNIT_OF_CATEGORY)
    assert {temper for door in UNIT_OF_CATEGORY.values() for temper in TEMPERS[TEMPER_OF[door]]} <= set(FATES)
    titles = [question["title"] for question in questions]
    assert len(set(titles)) == len(titles)
    assert all(len(question["title"].format(i="i Hasselvinda", bygd="Hasselvinda")) < 120 for question in questions)
    assert len(VILLAGES) == 7
