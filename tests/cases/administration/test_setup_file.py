"""A setup file is read as its schemas say, and each wrong key and value is reported with its place."""

from dataclasses import fields

import pytest

from cases.administration.setup_file import BadSetupFile, read_setup_file
from cases.administration.setup_lines import ExistingNames, SetupFile
from cases.administration.setup_schema import TABLES, MunicipalitySchema, TermsSchema
from cases.administration.setup_values import read_address
from cases.deadlines.policies import Terms

POLICY = '[[policies]]\nname = "Väg"\nterms = '
PERSON = '[[people]]\nemail = "a@example.se"\nname = "A"\nroles = '
KNOWN = ExistingNames(units=frozenset({"desk", "gata"}))


def _read(text: str) -> SetupFile:
    return read_setup_file(text, KNOWN)


def _told(text: str) -> list[str]:
    with pytest.raises(BadSetupFile) as refused:
        _read(text)
    return [str(trouble) for trouble in refused.value.errors]


def test_a_line_is_read_with_its_usual_values() -> None:
    [person] = _read(PERSON + '[{ role = "officer", unit = "gata" }, { role = "admin" }]').people
    assert (person.locale, person.deputy) == ("sv", None)
    assert person.roles == (("officer", "gata"), ("admin", None))
    [policy] = _read(POLICY + "{ answer_days = 5, rung_days = [3, 4] }").policies
    assert policy.terms == Terms(answer_days=5, rung_days=(3, 4))


def test_every_schema_knows_what_its_line_holds() -> None:
    for schema in (MunicipalitySchema(), *TABLES.values()):
        assert list(schema.fields) == [field.name for field in fields(schema.makes)], schema
    assert list(TermsSchema().fields) == [field.name for field in fields(Terms)]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (POLICY + "5", ['[[policies]] no. 1 "Väg", terms: must be a table such as { answer_days = 8 }, not 5']),
        (
            POLICY + "{ answer_days = true, look_days = 0, rung_days = 5, day = 1 }",
            [
                '[[policies]] no. 1 "Väg", terms, look_days: must be a whole number from 1 to 3660, not 0',
                '[[policies]] no. 1 "Väg", terms, answer_days: must be a whole number from 1 to 3660, not True',
                '[[policies]] no. 1 "Väg", terms, rung_days: must be a list of whole numbers from 1 to 3660, not 5',
                f'[[policies]] no. 1 "Väg", terms: knows no day; it knows {", ".join(vars(Terms()))}',
            ],
        ),
        (
            PERSON + '"admin"',
            ['must be a list such as [{ role = "officer", unit = "gata" }], not \'admin\''],
        ),
        (PERSON + '[{ role = "admin", unit = "desk" }]', ["roles no. 1: the role admin has no unit"]),
        (PERSON + '[{ role = "contact", unit = "gata" }]', ["the role contact belongs to the unit desk"]),
        (
            PERSON + '[{ role = "admin" }, { role = "head", unit = "Gata", from = 2026-01-01 }, { unit = "gata" }]',
            [
                "roles no. 2, unit: must be small letters a-z, digits and hyphens, not 'Gata'",
                "roles no. 2: knows no from; it knows role, unit, for, sector, office, since, until",
                "roles no. 3: lacks role",
            ],
        ),
        (
            '[house]\nname = " "\ncolour = "$key"\n[cars]',
            [
                "[cars]: is not known",
                "[house], name: must be a text of 1 to 200 characters, not ' '",
                "[house]: knows no colour; it knows name, proposals, contact_phone",
            ],
        ),
        ('[[places]]\nslug = "$key"\nname = "N"', ["digits and hyphens, not '$key'"]),
        ("[[meetings]]\non = 2026-10-08T18:00:00\nname = 5", ["on: must be a date such as", "name: must be a text"]),
        ('[[units]]\nslug = "a"\nkind = "gang"', ["kind: must be one of desk, department", "lacks name"]),
    ],
)
def test_all_that_is_wrong_is_told_at_once_where_it_stands(text: str, told: list[str]) -> None:
    lines = _told(text)
    assert len(lines) == len(told), lines
    for part in told:
        assert any(part in line for line in lines), (part, lines)


@pytest.mark.parametrize("address", ["chef", "a@b@example.se", "a b@example.se", "A <a@example.se>", "a@example.se\n"])
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        read_address(address)


def test_an_address_is_read_in_small_letters() -> None:
    assert read_address("Chef@Example.SE") == "chef@example.se"
