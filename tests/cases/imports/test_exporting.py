"""An export is there whole or not at all."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.houses.migrated import CALENDAR
from support.houses.small_house import SmallHouse

from cases.access.actors import A_COMMAND
from cases.imports import exporting
from cases.imports.formats.writing import new_table


def test_an_export_that_breaks_off_leaves_the_file_as_it_was(
    small_house: SmallHouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def one_row_and_the_end(*_: object) -> Iterator[dict[str, str]]:
        yield dict.fromkeys(exporting.NAMES, "")
        raise KeyboardInterrupt

    kept = tmp_path / "out.csv"
    kept.write_text("whole")
    monkeypatch.setattr(exporting, "rows", one_row_and_the_end)
    with small_house.database.reading() as session, pytest.raises(KeyboardInterrupt):
        exporting.export_cases(session, kept, by=A_COMMAND)
    assert kept.read_text() == "whole"


@pytest.mark.parametrize("name", ["cases.csv", "cases.xlsx"])
def test_a_file_with_peoples_addresses_and_keys_is_for_its_owner_only(tmp_path: Path, name: str) -> None:
    before = os.umask(0o022)
    try:
        with new_table(tmp_path / name, CALENDAR.zone) as write_row:
            write_row(["title"])
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
