"""Finding a case: by its reference as far as one may see it, by its public id as the person who asked."""

import pytest
from support.houses.small_house import SmallHouse

from cases.access.actors import ActorKind
from cases.correcting import Correction, correct
from cases.reading.finding import case_for, case_to_change_for, case_to_follow, reference
from cases.refusals import NotFound
from cases.states import State


@pytest.mark.parametrize("find", [case_for, case_to_change_for])
def test_a_reference_opens_what_one_may_see_and_a_public_id_what_one_asked(small_house: SmallHouse, find) -> None:
    case = small_house.case(small_house.reach(State.ASSIGNED))
    with small_house.database.transaction() as session:
        for who, by_reference, by_public_id in (
            ("officer", ActorKind.PERSON, ActorKind.PERSON),
            ("neighbour", None, ActorKind.REPORTER),
            ("visitor", None, ActorKind.REPORTER),
        ):
            for name, kind in ((case.ref, by_reference), (case.public_id, by_public_id)):
                if kind is None:
                    with pytest.raises(NotFound):
                        find(session, small_house.actors[who], name)
                else:
                    found, reader = find(session, small_house.actors[who], name)
                    assert (found.ref, reader.kind) == (case.ref, kind), (who, name)


def test_whoever_may_not_see_a_case_follows_it_once_it_is_published(small_house: SmallHouse) -> None:
    ref = small_house.reach(State.ASSIGNED)
    visitor, officer = small_house.actors["visitor"], small_house.actors["officer"]
    with small_house.database.transaction() as session:
        with pytest.raises(NotFound):
            case_to_follow(session, visitor, ref)
        case = case_to_follow(session, officer, ref)
        correct(session, case, Correction(published=True), by=small_house.actors["contact"], at=case.received_at)
        assert case_to_follow(session, visitor, ref).ref == ref


def test_only_a_reference_is_one(small_house: SmallHouse) -> None:
    case = small_house.case(small_house.hand_in())
    assert reference(case.ref) == case.ref
    for name in (case.public_id, "", "-", "2026", "2026-", "\0"):
        with pytest.raises(NotFound):
            reference(name)
