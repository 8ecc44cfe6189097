"""A case that was imported is read on its page like any other, with what came along."""

from pathlib import Path

from support.houses.moving import MOVED_AT, export_to, exported, furnish_rarely, import_from
from support.houses.small_house import copied_sqlite, furnish, open_small_house
from support.houses.small_pages import visitor
from support.houses.small_web import Web


def test_every_imported_case_has_a_page(sqlite_web: Web, run_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    first = open_small_house(copied_sqlite(run_folder, tmp_path / "first", "small_house", furnish))
    furnish_rarely(first)
    import_from(export_to(tmp_path / "cases.csv", first.database), sqlite_web.database, MOVED_AT)
    first.database.close()
    contact = visitor(sqlite_web, "contact")
    for row in exported(sqlite_web.database):
        page = contact.read(f"/arenden/{row['ref']}")
        assert "Hämtat från ett annat system" in page
        assert row["note"] is None or str(row["note"]) in page
