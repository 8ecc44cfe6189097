"""An export is there whole or not at all."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.houses.small_house import SmallHouse

from cases.access.actors import A_COMMAND
from cases.imports import exporting


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
