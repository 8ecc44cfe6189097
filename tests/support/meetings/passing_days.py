"""A running house whose days pass: its day is moved ahead by a command, and what is owed is asked by another."""

import json
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import create_engine, text
from support.houses.running_house import RunningHouse

from cases.calendar import Calendar

CALENDAR = Calendar(ZoneInfo("Europe/Stockholm"))


def obligations(house: RunningHouse) -> list[dict[str, Any]]:
    """Return what is owed, as the command tells."""
    return list(json.loads(house.command("obligations", "--json")))


def forward(house: RunningHouse, today: date, day: date) -> date:
    """Let the days pass until this one comes, and its morning too where it is night; return it."""
    said = house.command("demo", "--forward", f"{(day - today).days}d")
    assert said.strip().endswith(f"today is {day} there"), said
    present = datetime.now(UTC)
    if present < CALENDAR.morning_of(CALENDAR.day_of(present)):
        house.sweep(CALENDAR.morning_of(day))
    return day


def run_sql(house: RunningHouse, statement: str) -> None:
    """Run the statement in the database of the house, past everything else."""
    engine = create_engine(house.servers.get("VENTIL_DATABASE_URL", f"sqlite:///{house.folder}/var/ventil.sqlite3"))
    try:
        with engine.begin() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()
