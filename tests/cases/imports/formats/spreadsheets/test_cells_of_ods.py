"""A cell of ODS is read as it is shown: its breaks, its errors, its moments."""

import zipfile
from pathlib import Path

import pytest

from cases.imports.tables import read_table

SPACE = "urn:oasis:names:tc:opendocument:xmlns"
DOCUMENT = (
    f'<office:document-content xmlns:office="{SPACE}:office:1.0" xmlns:table="{SPACE}:table:1.0" '
    f'xmlns:text="{SPACE}:text:1.0" '
    'xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">'
    '<office:body><office:spreadsheet><table:table table:name="A">'
    "<table:table-row><table:table-cell office:value-type='string'><text:p>a</text:p></table:table-cell>"
    "<table:table-cell office:value-type='string'><text:p>b</text:p></table:table-cell></table:table-row>"
    "<table:table-row><table:table-cell office:value-type='string'><text:p>x</text:p></table:table-cell>"
    "<table:table-cell {}>{}</table:table-cell></table:table-row>"
    "</table:table></office:spreadsheet></office:body></office:document-content>"
)
MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
TEXT, NUMBER = 'office:value-type="string"', 'office:value-type="float"'


def _value(folder: Path, attributes: str, content: str) -> str:
    with zipfile.ZipFile(folder / "a.ods", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", DOCUMENT.format(attributes, content))
    (record,) = read_table(folder / "a.ods")[1]
    return record.values["b"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<text:p>ett<text:line-break/>två</text:p>", "ett\ntvå"),
        ("<text:p>ett<text:tab/>två</text:p>", "ett\ttvå"),
        ("<text:p>ett<text:s/>två</text:p>", "ett två"),
        ('<text:p>ett<text:s text:c="3"/>två</text:p>', "ett   två"),
        ("<text:p>ett</text:p><text:p/><text:p>två<text:line-break/>tre</text:p>", "ett\n\ntvå\ntre"),
        ("<text:p>ett<text:span><text:line-break/>två</text:span></text:p>", "ett\ntvå"),
        (
            "<office:annotation><text:p>en<text:line-break/>anteckning</text:p></office:annotation>"
            "<text:p>ett<text:line-break/>två</text:p>",
            "ett\ntvå",
        ),
    ],
)
def test_what_divides_words_divides_them(tmp_path: Path, content: str, text: str) -> None:
    assert _value(tmp_path, TEXT, content) == text


@pytest.mark.parametrize(
    ("attributes", "content", "text"),
    [
        (f'{TEXT} office:string-value="" calcext:value-type="error"', "<text:p>#N/A</text:p>", "#N/A"),
        (f'{TEXT} office:string-value=""', "<text:p>#SAKNAS!</text:p>", "#SAKNAS!"),
        (f'{TEXT} office:string-value="" calcext:value-type="error"', "<text:p/>", "#CALC!"),
        (
            f'{NUMBER} office:value="0" calcext:value-type="error"',
            "<text:p>Err:502</text:p>",
            "Err:502",
        ),
        (f'{TEXT} office:string-value="" table:formula="of:=A1"', "<text:p/>", ""),
    ],
)
def test_an_error_is_read_as_it_is_shown(tmp_path: Path, attributes: str, content: str, text: str) -> None:
    assert _value(tmp_path, attributes, content) == text


@pytest.mark.parametrize(
    ("value", "shown", "text"),
    [
        ("2024-05-03T00:00:00", "03.05.24", "2024-05-03 00:00:00"),
        ("2024-05-03", "2024-05-03 00:00:00", "2024-05-03 00:00:00"),
        ("2024-05-03", "3 maj 2024 kl. 0.00", "2024-05-03 00:00:00"),
        ("2024-05-03", "2024-05-03", "2024-05-03"),
        ("2024-05-03", "03.05.24", "2024-05-03"),
        ("2000-10-10", "10.10.00", "2000-10-10"),
        ("2024-05-03T14:22:00", "14:22", "2024-05-03 14:22:00"),
    ],
)
def test_a_moment_at_midnight_is_no_day(tmp_path: Path, value: str, shown: str, text: str) -> None:
    attributes = f'office:value-type="date" office:date-value="{value}"'
    assert _value(tmp_path, attributes, f"<text:p>{shown}</text:p>") == text


@pytest.mark.parametrize(
    ("attributes", "text"),
    [
        ('office:value-type="time" office:time-value="PT30H00M00S"', "30:00:00"),
        ('office:value-type="time" office:time-value="PT14H22M00S"', "14:22:00"),
        ('office:value-type="time" office:time-value="-PT2H"', "-2:00:00"),
        ('office:value-type="time" office:time-value="P1DT6H"', "30:00:00"),
        ('office:value-type="boolean" office:boolean-value="true"', "TRUE"),
    ],
)
def test_durations_and_truths_are_read_as_they_are_shown(tmp_path: Path, attributes: str, text: str) -> None:
    assert _value(tmp_path, attributes, "<text:p>så</text:p>") == text


def test_a_comment_hides_no_zeros(tmp_path: Path) -> None:
    content = "<office:annotation><text:p>nytt</text:p></office:annotation><text:p>0001234</text:p>"
    assert _value(tmp_path, 'office:value-type="float" office:value="1234"', content) == "0001234"
