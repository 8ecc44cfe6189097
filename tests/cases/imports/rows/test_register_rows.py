"""What the register says of a case moves with its house; what cannot be so is left out, with a remark."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from support.houses.moving import differences, export_to, exported, import_from
from support.houses.small_house import MONDAY, SmallHouse, copied_sqlite, furnish, open_small_house
from support.registers.register_acts import ANSWERED, GIVEN, SENT, RegisterActs

from cases.checks.forgotten import find_forgotten
from cases.history.outbox import OutboxEntry

AT = MONDAY + timedelta(hours=1)
WHOLE = replace(GIVEN, forwarded_on=SENT, their_ref="TRV 14", answered_on=ANSWERED, answer="Vi sänker\nfarten.")


@pytest.fixture
def other(run_folder: Path, tmp_path: Path) -> Iterator[RegisterActs]:
    """Another house with the same authorities, without cases."""
    (tmp_path / "other").mkdir()
    house = open_small_house(copied_sqlite(run_folder, tmp_path / "other", "small_house", furnish))
    yield RegisterActs(house)
    house.database.close()


def test_an_entry_goes_out_and_comes_back_and_tells_nobody(
    small_house: SmallHouse, other: RegisterActs, tmp_path: Path
) -> None:
    small_house.sweep(MONDAY)  # what is owed is there, as it is in the other house
    acts = RegisterActs(small_house)
    whole, some, none = acts.hand_in(), acts.hand_in("Skylten"), acts.hand_in("Lampan", published=False)
    acts.enter(whole, WHOLE)
    acts.enter(some, replace(GIVEN, keeper=None))
    _, told = import_from(export_to(tmp_path / "house.csv", small_house.database), other.house.database, AT)
    assert told == []
    assert differences(exported(small_house.database), exported(other.house.database)) == []
    for ref in (whole, some, none):
        assert replace(other.entry(ref), version=0) == replace(acts.entry(ref), version=0)
    with other.house.database.reading() as session:
        assert [breach for breach in find_forgotten(session, AT) if breach.guarantee == "V3"] == []
        assert session.scalar(select(func.count()).select_from(OutboxEntry)) == 0


HEADING = (
    "source,external_id,state,title,received_at,category,register_decides,register_sort,forwarded_on,answered_on,"
    "register_answer"
)
ODD = {
    ",rymden,2026-02-03,2026-02-05,Nej": "forwarded_on lies in the future, or nobody is named",
    "finns-inte,fart,,,": "register_decides: there is no authority 'finns-inte' here",
    "trafikverket,fart,2026-02-03,2026-02-01,Nej": "answered_on does not lie between forwarded_on and now",
    "trafikverket,fart,2031-02-03,,": "forwarded_on lies in the future",
    "trafikverket,fart,2026-02-03,,Nej": "register_answer has no day",
}  # fmt: skip


@pytest.mark.parametrize("cells", ODD)
def test_what_cannot_be_so_is_left_out_with_a_remark(other: RegisterActs, tmp_path: Path, cells: str) -> None:
    path = tmp_path / "odd.csv"
    path.write_text(f"{HEADING}\ngammalt,1,received,Hål,2026-02-01,trafik,{cells}\n", encoding="utf-8")
    done, told = import_from(path, other.house.database, MONDAY + timedelta(days=1))
    assert done.written == 1
    assert ODD[cells] in told[0]
    entry = other.entry("2026-0001")
    assert entry.answer is None
    assert entry.sort in ("rymden", "fart")
