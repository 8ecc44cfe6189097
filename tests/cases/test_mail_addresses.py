"""What a mail address is: one rule for forms, the API, imports, the setup file, settings and letters."""

import subprocess
import sys

import pytest

from cases.mail_addresses import (
    is_mail_address,
    is_public_address,
    normalised,
    owner_of,
    read_public_address,
    spellings_of,
    with_ascii_domain,
)
from cases.refusals import LettersBeforeTheAt, NotAMailAddress

PUBLIC = [
    "rut@example.se",
    "Rut.O'Neil+ventil@sub.example.se",
    "rut@åby.example",
    "rut@xn--by-xia.example",
    "rut@straße.example",
    "rut_1@kommun.local",
    "a" * 64 + "@example.se",
]
NONE = [
    "",
    "rut",
    "rut@",
    "@example.se",
    "rut @example.se",
    "Rut <rut@example.se>",
    '"rut berg"@example.se',
    "rut@example.se,dan@example.se",
    "rut@example.se\r\nBcc: dan@example.se",
    "rut@dan@example.se",
    "rut..berg@example.se",
    "rut@example..se",
    "rut@-example.se",
    "rut@xn--zz.example",
    "rut@[10.0.0.1]",
    "rut@example.invalid",
    "åsa@example.se",  # only with SMTPUTF8
    "a" * 65 + "@example.se",
    "rut@" + "b" * 64 + ".se",
    "rut@" + "b." * 126 + "se",
]


@pytest.mark.parametrize("address", PUBLIC)
def test_a_plain_address_is_one(address):
    assert is_public_address(address)
    assert is_mail_address(address)


@pytest.mark.parametrize("address", NONE)
def test_what_no_letter_can_be_sent_to_is_none(address):
    assert not is_public_address(address)
    assert not is_mail_address(address)
    with pytest.raises(ValueError, match="not a mail address"):
        normalised(address)


@pytest.mark.parametrize("address", ["ventil@localhost", "ventil@mailserver", "ventil@10.0.0.1"])
def test_within_the_own_network_a_name_is_enough(address):
    assert is_mail_address(address)
    assert not is_public_address(address)


@pytest.mark.parametrize(
    ("written", "same"),
    [
        (" Rut@Example.SE ", "rut@example.se"),
        ("RUT@ÅBY.example", "rut@xn--by-xia.example"),
        ("rut@xn--by-xia.example", "rut@xn--by-xia.example"),
        ("rut@straße.example", "rut@xn--strae-oqa.example"),
        ("rut@strasse.example", "rut@strasse.example"),
    ],
)
def test_two_that_are_the_same_have_one_form(written, same):
    assert normalised(written) == same


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        (" Rut@example.se\u00a0", "Rut@example.se"),
        ("\u200brut@example.se\ufeff", "rut@example.se"),
        ("rut@åby.example", "rut@xn--by-xia.example"),
        ("rut@straße.example", "rut@xn--strae-oqa.example"),
    ],
)
def test_an_address_is_stored_as_mail_takes_it(written, stored):
    assert read_public_address(written) == stored


@pytest.mark.parametrize("address", [address for address in NONE if not address.startswith("å")])
def test_what_is_none_is_refused_for_its_field(address):
    with pytest.raises(NotAMailAddress) as refused:
        read_public_address(address, field="reach")
    assert refused.value.field == "reach"


@pytest.mark.parametrize("address", ["ö@example.se", "åsa@example.se", "åsa.öberg@åby.example", "рут@example.se"])
def test_letters_that_mail_does_not_carry_have_a_sentence_of_their_own(address):
    with pytest.raises(LettersBeforeTheAt):
        read_public_address(address)


def test_an_address_is_found_however_its_domain_is_stored():
    assert spellings_of(" Rut@Åby.example") == {"rut@åby.example", "rut@xn--by-xia.example"}
    assert spellings_of("rut@@x") == {"rut@@x"}


def test_mail_carries_the_name_as_it_was_written():
    assert with_ascii_domain("Rut.Berg@Åby.example") == "Rut.Berg@xn--by-xia.example"


def test_the_command_line_starts_without_the_library():
    started = (
        "import sys, ventil, web, notifications.sending.smtp; print({'email_validator', 'dns'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", started], capture_output=True, text=True).stdout.strip() == "set()"


def test_no_name_server_is_asked():
    asked = "import sys, cases.mail_addresses as m; m.normalised('rut@example.se'); print('dns' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True).stdout.strip() == "False"


@pytest.mark.parametrize(
    ("written", "owner"),
    [
        ("anna@example.se", "anna@example.se"),
        (" Anna+vatten@Example.SE ", "anna@example.se"),
        ("anna+a+b@åby.example", "anna@xn--by-xia.example"),
        ("+anna@example.se", "+anna@example.se"),
        ("Not an address", "not an address"),
    ],
)
def test_what_follows_a_plus_sign_is_the_owners(written: str, owner: str) -> None:
    assert owner_of(written) == owner
