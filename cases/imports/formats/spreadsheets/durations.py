"""Durations as a spreadsheet shows them: hours, minutes and seconds, where the hours may be more than 24."""

import re
from datetime import timedelta

ISO_TIME = re.compile(
    r"(?P<sign>-?)P(?:(?P<days>\d+)D)?T?(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?"
)


def duration_text(duration: timedelta) -> str:
    """Return the duration as hours, minutes and seconds: thirty hours are 30:00:00."""
    size = abs(duration)
    minutes, seconds = divmod(size.days * 86_400 + size.seconds, 60)
    fraction = f".{size.microseconds:06}".rstrip("0") if size.microseconds else ""
    sign = "-" if duration < timedelta() else ""
    return f"{sign}{minutes // 60}:{minutes % 60:02}:{seconds:02}{fraction}"


def iso_duration_text(text: str) -> str:
    """Return an ISO 8601 duration of days and time, such as PT30H00M00S, likewise; any other text stays as it is."""
    found = ISO_TIME.fullmatch(text)
    if found is None:
        return text
    parts = {name: float(value or 0) for name, value in found.groupdict().items() if name != "sign"}
    return found["sign"] + duration_text(timedelta(**parts))
