"""A moment is read as whoever wrote it meant it, or refused; never as something else."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.imports.formats.moments import WrittenMoment, is_moment, read_moment

AT = datetime(2024, 5, 3, 14, 22)  # noqa: DTZ001 - a text without a zone
SUMMER = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-03 14:22", "2024-05-03T14:22", "2024-05-03 14.22", "2024-05-03T14.22", "2024-05-03 14.22.00",
        "2024-05-03 kl. 14:22", "2024-05-03 kl 14.22", "2024-05-03, kl. 14.22", "2024/05/03 14:22", "2024-5-3 14:22",
        "20240503 1422", "20240503T142200", "2024-05-03 klockan 14.22", "2024-05-03\u00a014:22",
        "2024-05-03\u202f14.22",
        "2024-05-03 kl.\u00a014.22", "2024.05.03 14:22", "2024.5.3 kl 14.22", "3 maj 2024 kl. 14.22",
        "3 maj 2024 14:22",
        "den 3 maj 2024, klockan 14.22", "fredag 3 maj 2024 14.22", "3:e Maj 2024 kl 14:22",
        "3\u00a0maj\u00a02024 14.22",
        "2024-W18-5 14:22", "2024W185T1422", " 2024-05-03  14:22 ",
    ],
)  # fmt: skip
def test_the_same_moment_may_be_written_in_many_ways(text: str) -> None:
    assert read_moment(text) == WrittenMoment(AT, has_hour=True)


@pytest.mark.parametrize(
    "text",
    ["2024-05-03", "20240503", "2024/5/3", "2024-W18-5", "2024.05.03", "3 maj 2024", "03 MAJ 2024", "fre 3 maj 2024"],
)
def test_a_day_has_no_hour(text: str) -> None:
    assert read_moment(text) == WrittenMoment(AT.replace(hour=0, minute=0), has_hour=False)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-05-03 14:22:33,500", AT.replace(second=33, microsecond=500_000)),
        ("2024-05-03 14.22.33", AT.replace(second=33)),
        ("2024-05-03 9.05", AT.replace(hour=9, minute=5)),
        ("2024-05-03 24:00", datetime(2024, 5, 4)),  # noqa: DTZ001 - as above
        ("2024-12-31 24.00", datetime(2025, 1, 1)),  # noqa: DTZ001 - as above
        ("2024-05-03 14:22Z", AT.replace(tzinfo=UTC)),
        ("2024-05-03T14:22:00+02:00", AT.replace(tzinfo=SUMMER)),
        ("20240503T142200+02", AT.replace(tzinfo=SUMMER)),
        ("2024-05-03 14.22 -0330", AT.replace(tzinfo=timezone(-timedelta(hours=3, minutes=30)))),
        ("2024-02-29 23:59", datetime(2024, 2, 29, 23, 59)),  # noqa: DTZ001 - as above
    ],
)
def test_a_moment_is_read_to_its_parts(text: str, value: datetime) -> None:
    assert read_moment(text).value == value


@pytest.mark.parametrize(
    "text",
    [
        "", "i maj", "3/5/24", "03/05/2024", "3.5.2024", "2024-05", "2024", "2024-05-03 14,22", "2024-05-03 14:22.5",
        "2024-05-03 1422.5", "20240503114", "202405031422", "2024-05-03 14:60", "2024-05-03 25:00", "2024-05-03 24:01",
        "2025-02-29", "2024-13-01", "2024-05-03x14:22", "2024-05-03 14:22+02:75", "2024-05-03 14:22+25:00",
        "2024/05-03", "2024.05-03", "31 april 2024", "3 maj", "3 maj 24", "maj 2024", "3 mai 2024", "2024.05.03.14.22",
        "0000-01-01", "9999-12-31 24:00", "45415.59861",
        "\u0662\u0660\u0662\u0664-\u0660\u0665-\u0660\u0663",
    ],
)  # fmt: skip
def test_anything_else_is_refused(text: str) -> None:
    assert not is_moment(text)


def test_the_formats_of_a_mapping_come_first() -> None:
    assert read_moment("3/5/24", ("%d/%m/%y",)) == WrittenMoment(AT.replace(hour=0, minute=0), has_hour=False)
    assert read_moment("3/5/24 14:22", ("%d/%m/%y", "%d/%m/%y %H:%M")) == WrittenMoment(AT, has_hour=True)
    assert read_moment("2024-05-03 14.22", ("%d/%m/%y",)) == WrittenMoment(AT, has_hour=True)


@pytest.mark.parametrize(
    ("number", "names"),
    list(enumerate(
        [
            "jan januari", "feb februari", "mar mars", "apr april", "maj Maj", "jun juni", "jul juli", "aug augusti",
            "sep sept september", "okt oktober", "nov november", "dec december",
        ],
        start=1,
    )),
)  # fmt: skip
def test_every_month_is_known_in_swedish(number: int, names: str) -> None:
    for name in names.split():
        assert read_moment(f"3 {name} 2024").value == datetime(2024, number, 3)  # noqa: DTZ001 - as above
        assert read_moment(f"3 {name}. 2024").value.month == number


@given(st.datetimes(min_value=datetime(1, 1, 2)), st.sampled_from(["T", " "]))  # noqa: DTZ001 - without a zone
def test_what_iso_writes_is_read(moment: datetime, separator: str) -> None:
    assert read_moment(moment.isoformat(separator)).value == moment
    assert read_moment(moment.replace(tzinfo=SUMMER).isoformat(separator)).value == moment.replace(tzinfo=SUMMER)


@given(st.dates())
def test_a_day_that_iso_writes_is_read(day: date) -> None:
    assert read_moment(day.isoformat()).value.date() == day


@given(st.text(max_size=30) | st.text("0123456789-:. TWZkl/+,", max_size=30))
def test_garbage_is_read_or_refused(text: str) -> None:
    assert is_moment(text) in {True, False}
