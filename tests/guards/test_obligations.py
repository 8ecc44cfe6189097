"""V36: each obligation has a title, a policy of its own, an act or none on purpose, and is known to each reader."""

from pathlib import Path

import pytest
from sqlalchemy import select
from support.houses.small_house import SmallHouse

from cases.checks.forgotten_village import VILLAGE_PARTS
from cases.deadlines.policies import Policy
from cases.imports.columns import COLUMNS
from cases.states import Kind
from cases.village.obligations.table import OBLIGATIONS
from proof.checker.invariants.histories.owed import RECORDS

ROOT = Path(__file__).parents[2]
NEVER_DONE = {"contact"}  # it is planned anew


@pytest.mark.parametrize("name", OBLIGATIONS)
def test_v36_each_obligation_is_whole(small_house: SmallHouse, name: str) -> None:
    obligation = OBLIGATIONS[name]
    assert obligation.name == name and len(name) <= 30
    assert "{name}" in obligation.title
    assert (obligation.fulfilled_by == "") is (name in NEVER_DONE)
    with small_house.database.reading() as session:
        own = session.scalars(select(Policy).where(Policy.obligation == name)).all()
    assert [policy.scope for policy in own] == [f"{obligation.kind}:{name}/*/*"]
    assert own[0].terms["object_calendar_days"] == 0  # nobody asked, and so nobody objects


@pytest.mark.parametrize("name", OBLIGATIONS)
def test_v36_whoever_reads_it_a_second_time_knows_each_obligation(name: str) -> None:
    assert name in RECORDS
    assert f"'{name}'" in "".join(VILLAGE_PARTS.values())
    assert (f"'{name}' AS name, '" in VILLAGE_PARTS["GIVEN_BY"]) is (name not in NEVER_DONE)
    (column,) = [column for column in COLUMNS if column.name == "obligation"]
    assert OBLIGATIONS[name].kind is not Kind.DUTY or name in column.holds
