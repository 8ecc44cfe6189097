"""A slip of the finger in a common domain is found; what exists is left alone."""

import pytest

from cases.contacts.likely_slips import likely_address


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gamil.com", "gmail.com"),
        ("gmai.com", "gmail.com"),
        ("gmaill.com", "gmail.com"),
        ("gnail.com", "gmail.com"),
        ("gmail.se", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("GMIAL.COM", "gmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("hotmial.se", "hotmail.se"),
        ("hotmal.com", "hotmail.com"),
        ("outlok.com", "outlook.com"),
        ("outlook.se", "outlook.com"),
        ("iclod.com", "icloud.com"),
        ("yaho.se", "yahoo.se"),
        ("tellia.com", "telia.com"),
    ],
)
def test_a_slip_is_found(typed, meant):
    assert likely_address(f"Anna@{typed}") == f"Anna@{meant}"


@pytest.mark.parametrize(
    "domain",
    [
        "gmail.com",
        "hotmail.com",
        "hotmail.se",
        "hotmail.de",
        "mail.com",
        "ymail.com",
        "yahoo.fr",
        "example.se",
        "me.com",
        "kommun.se",
        "outlook.com",
        "gmx.com",
        "live.se",
        "byn.gmail.example.se",
    ],
)
def test_what_exists_is_left_alone(domain):
    assert likely_address(f"anna@{domain}") is None


@pytest.mark.parametrize("text", ["", "@gmial.com", "gmial.com", "070-174 06 05"])
def test_what_is_no_address_has_no_slip(text):
    assert likely_address(text) is None
