"""A statement about many values has the same text for any number of them, and uses an index."""

import pytest
from sqlalchemy import or_, select
from support.houses.letter_town import LetterTown
from support.houses.statements import counted

from cases.database.queries import any_of, fetch_rows
from cases.organisation.municipality import Municipality
from cases.organisation.units import Unit
from notifications.deliveries import Address

ODD = ['"citat"', "snett\\streck", "åäö{1,2}", "NULL", ""]
OF_IDS = select(Unit.slug).where(any_of(Unit.id, "ids")).order_by(Unit.id)
OF_EITHER = select(Unit.slug).where(or_(any_of(Unit.slug, "slugs"), any_of(Unit.id, "ids"))).order_by(Unit.slug)


@pytest.mark.parametrize("many", [0, 1, 3])
def test_those_that_are_given_are_found_and_no_others(either_town: LetterTown, many: int) -> None:
    with either_town.database.reading() as session:
        ids = [id_ for (id_,) in fetch_rows(session, select(Unit.id).order_by(Unit.id).limit(many), {})]
        assert len(fetch_rows(session, OF_IDS, {"ids": ids})) == many


def test_words_are_found_whatever_signs_they_hold(either_town: LetterTown) -> None:
    with either_town.database.transaction() as session:
        session.add_all(Address(email_normalised=one, email=one) for one in ODD)
    found = select(Address.email).where(any_of(Address.email_normalised, "emails"))
    with either_town.database.reading() as session:
        assert sorted(fetch_rows(session, found, {"emails": ODD})) == [(one,) for one in sorted(ODD)]
        assert fetch_rows(session, found, {"emails": ["1", "citat"]}) == []


def test_one_of_two_lists_is_enough(either_town: LetterTown) -> None:
    with either_town.database.reading() as session:
        assert fetch_rows(session, OF_EITHER, {"slugs": ["gata", "ingen"], "ids": []}) == [("gata",)]


def test_the_text_is_the_same_for_one_and_for_many(either_town: LetterTown) -> None:
    with either_town.database.reading() as session, counted(either_town.database) as statements:
        for ids in ([1], list(range(1, 60)), []):
            fetch_rows(session, OF_IDS, {"ids": ids})
    assert len(statements) == 3
    assert len(set(statements)) == 1


def test_sqlite_looks_among_them_by_the_key(town: LetterTown) -> None:
    either = select(Unit.name).where(or_(any_of(Unit.id, "ids"), Unit.id == 1))
    with town.database.reading() as session:
        question = either.compile(town.database.engine)
        plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {question}", ("[1]", 1))
        steps = [row.detail for row in plan]
    assert not [step for step in steps if step.startswith("SCAN unit")]


def test_what_is_not_yet_written_is_not_told(either_town: LetterTown) -> None:
    with either_town.database.transaction() as session:
        session.scalars(select(Municipality)).one().name = "Ny kommun"
        assert fetch_rows(session, select(Municipality.name), {}) != [("Ny kommun",)]
