"""The doctor says whether the outlines of the villages can be used, and of which places the house knows nothing."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.houses.small_house import copied_sqlite, furnish

from cases.database.transactions import Database
from cases.settings import read_settings
from workers.health.doctor import look_over

ROOT = Path(__file__).resolve().parents[3]
RING = [[18.0, 61.0], [18.1, 61.0], [18.1, 61.1], [18.0, 61.0]]


def _outlines(folder: Path, *places: str) -> Path:
    path = folder / "outlines.geojson"
    shape = {"type": "Polygon", "coordinates": [RING]}
    features = [{"type": "Feature", "properties": {"place": place}, "geometry": shape} for place in places]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (("norrby", "soderby"), "ok    the map has 2 places"),
        (("norrby", "nowhere"), "warn  outlines of places that are unknown: nowhere"),
        ((), "fail  VENTIL_OUTLINES: "),
    ],
)
def test_the_doctor_says_how_the_outlines_are(run_folder: Path, tmp_path: Path, places: tuple[str, ...], said: str):
    url = copied_sqlite(run_folder, tmp_path, "small_house", furnish)
    environ = {"VENTIL_DATABASE_URL": url, "VENTIL_OUTLINES": str(_outlines(tmp_path, *places))}
    settings = read_settings(environ, folder=tmp_path)
    database = Database(url, settings.calendar)
    found = [str(finding) for finding in look_over(database, settings, {})]
    database.close()
    assert any(line.startswith(said) for line in found), found


@pytest.mark.parametrize("command", ["up", "web"])
def test_nothing_starts_with_outlines_that_cannot_be_used(tmp_path: Path, command: str) -> None:
    environ = os.environ | {"VENTIL_VAR": str(tmp_path / "var"), "VENTIL_OUTLINES": str(_outlines(tmp_path))}
    call = [sys.executable, "ventil.py", command, "--port", "29377"]
    ended = subprocess.run(call, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 2
    assert ended.stderr.startswith("ventil: VENTIL_OUTLINES: ")
    assert len(ended.stderr.strip().splitlines()) == 1
