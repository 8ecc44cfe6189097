"""The report as a list of tables, from which both the text and the HTML page are made."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from proof.simulation.report.wording import WORDS
from proof.simulation.second_calendar import local_day

Row = tuple[str, ...]
PROMISES = {"kept": "kept", "broken": "broken_promises", "moved": "moved", "dropped": "dropped", "running": "running"}
OTHERS = ("parked", "taken_up", "contested", "sent_back", "bounced", "refused_acts")


@dataclass(frozen=True)
class Bar:
    """One bar of a chart: its name, and the lengths of its parts."""

    name: str
    parts: tuple[int, ...]

    @property
    def total(self) -> int:
        """The length of the whole bar."""
        return sum(self.parts)


@dataclass(frozen=True)
class Table:
    """One table: heading, a sentence about it, columns, rows; and the bars of its chart, with names of parts."""

    name: str
    heading: str
    about: str
    columns: Row
    rows: tuple[Row, ...]
    bars: tuple[Bar, ...] = ()
    parts: Row = ()


def tables_of(report: dict[str, Any], locale: str) -> list[Table]:
    """Return the tables of the report in the order in which they are shown."""
    words = WORDS[locale]
    return [
        _departments(report, words, locale), _ladder(report, words), _weeks(report, words), _agendas(report, words),
        _months(report, words), _village(report, words), _others(report, words), _outages(report, words),
    ]  # fmt: skip


def _table(name: str, words: dict[str, str], columns: Row, rows: Iterable[Row], *chart: Any) -> Table:
    heads = tuple(words[column] for column in columns)
    return Table(name, words[name], words[f"{name}_about"], heads, tuple(rows), *chart)


def _departments(report: dict[str, Any], words: dict[str, str], locale: str) -> Table:
    columns = ("unit", "temper", "on_time", "late", "open", "open_late", "silence")
    departments = [(one["name" if locale == "sv" else "name_en"], one) for one in report["departments"]]
    rows = [
        (name, words[one["temper"]], *_numbers(one, "on_time", "late", "open", "open_late", "longest_silence"))
        for name, one in departments
    ]
    bars = tuple(Bar(name, (one["on_time"], one["late"])) for name, one in departments)
    return _table("departments", words, columns, rows, bars, (words["on_time"], words["late"]))


def _ladder(report: dict[str, Any], words: dict[str, str]) -> Table:
    rungs = ("none", "0", "1", "2", "3", "4", "5")
    rows = [(words[f"rung_{rung}"], words[f"told_{rung}"], str(report["ladder"][rung])) for rung in rungs]
    bars = tuple(Bar(rung, (int(count),)) for rung, _, count in rows)
    return _table("ladder", words, ("rung", "who_is_told", "count"), rows, bars, (words["count"],))


def _weeks(report: dict[str, Any], words: dict[str, str]) -> Table:
    rows = [(words[one["role"]], f"{one['median']:g}", str(one["most"]), one["week"]) for one in report["weeks"]]
    bars = tuple(Bar(words[one["role"]], (one["most"],)) for one in report["weeks"])
    return _table("weeks", words, ("role", "median", "most", "week"), rows, bars, (words["most"],))


def _agendas(report: dict[str, Any], words: dict[str, str]) -> Table:
    why = ("overdue", "waits", "carried_over", "others_there")
    meetings = [(one["held_on"], tuple(one.get(name, 0) for name in why)) for one in report["agendas"]]
    rows = [(day, *map(str, counts)) for day, counts in meetings]
    bars = tuple(Bar(day, counts) for day, counts in meetings)
    return _table("agendas", words, ("meeting", *why), rows, bars, tuple(words[name] for name in why))


def _months(report: dict[str, Any], words: dict[str, str]) -> Table:
    rows = [(one["month"], *_numbers(one, "received", "done")) for one in report["months_of"]]
    return _table("months", words, ("month", "received", "done"), rows)


def _others(report: dict[str, Any], words: dict[str, str]) -> Table:
    rows = [(words[word], str(report["promises"].get(name, 0))) for name, word in PROMISES.items()]
    rows += [(words[name], str(report[name])) for name in OTHERS]
    return _table("others", words, ("what", "number"), rows)


def _village(report: dict[str, Any], words: dict[str, str]) -> Table:
    rows = [(words[name], str(count)) for name, count in report["village"].items()]
    return _table("village", words, ("what", "number"), rows)


def _outages(report: dict[str, Any], words: dict[str, str]) -> Table:
    rows = [
        (words[one["of"]], _day(one["begins"]), _day(one["ends"]), str(one["most_letters"]))
        for one in report["outages"]
    ]
    return _table("outages", words, ("of", "begins", "ends", "most_letters"), rows)


def _numbers(one: dict[str, Any], *names: str) -> Row:
    return tuple(str(one[name]) for name in names)


def _day(moment: str) -> str:
    return local_day(datetime.fromisoformat(moment)).isoformat()
