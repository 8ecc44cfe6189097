"""Whatever texts and moments a case has, an export that is imported is exported the same, in each form."""

import csv
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.houses.migrated import a_house
from support.houses.moving import differences, export_to, exported, import_from

from cases.imports.formats.spreadsheets.sheet_errors import is_sheet_error
from cases.imports.formats.writing import CsvForm

NOW = datetime(2026, 9, 1, 8, 0, tzinfo=UTC)
FORMS = [("out.csv", CsvForm.SPREADSHEET), ("out.csv", CsvForm.MACHINE), ("out.xlsx", CsvForm.SPREADSHEET)]
HEADING = ["source", "external_id", "state", "title", "description", "note", "received_at", "ended_at"]
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]) | st.sampled_from(
    "=+-@\t'\";,|\n åäöÅÄÖß"
)
TEXT = st.text(LETTERS, max_size=40).map(str.strip).filter(lambda text: not is_sheet_error(text))
MOMENT = st.datetimes(datetime(2024, 1, 1), datetime(2026, 8, 1)).map(  # noqa: DTZ001 - UTC is added
    lambda moment: moment.replace(microsecond=0, tzinfo=UTC)
) | st.dates(datetime(2024, 1, 1).date(), datetime(2026, 8, 1).date()).map(  # noqa: DTZ001 - as above
    lambda day: datetime(day.year, day.month, day.day, 22, tzinfo=UTC)
)
CASES = st.lists(
    st.tuples(TEXT.filter(lambda text: any(map(str.isalnum, text))), TEXT, TEXT, MOMENT, st.integers(0, 40)), max_size=4
)


def _rows(cases: list[tuple[Any, ...]]) -> Iterator[list[str]]:
    for number, (title, description, note, received_at, days) in enumerate(cases):
        ended_at = min(received_at + timedelta(days=days), NOW)
        moments = received_at.isoformat(), ended_at.isoformat()
        yield ["g", str(number), "closed", title, description, note, *moments]


@pytest.mark.parametrize(("name", "form"), FORMS)
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(cases=CASES)
def test_texts_and_moments_come_back(name: str, form: CsvForm, cases: list[tuple[Any, ...]]) -> None:
    with tempfile.TemporaryDirectory() as first_name, tempfile.TemporaryDirectory() as second_name:
        folder, first, second = Path(first_name), a_house(Path(first_name)), a_house(Path(second_name))
        with (folder / "in.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows([HEADING, *_rows(cases)])
        assert import_from(folder / "in.csv", first, NOW)[0].written == len(cases)
        assert import_from(export_to(folder / name, first, form), second, NOW)[1] == []
        assert differences(exported(first), exported(second)) == []
        first.close()
        second.close()
