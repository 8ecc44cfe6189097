"""docs/importing.md describes every column that an import reads."""

from pathlib import Path

from cases.imports.columns import COLUMNS

DOC = Path(__file__).parent.parent / "docs" / "importing.md"


def test_every_column_is_told_as_it_is():
    text = DOC.read_text(encoding="utf-8")
    for column in COLUMNS:
        assert f"| `{column.name}` | {column.holds} | {'yes' if column.needed else ''} |" in text
