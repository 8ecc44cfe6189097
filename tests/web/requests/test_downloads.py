"""The name of a download stands in its header in signs that every server takes, and in full."""

from urllib.parse import unquote

import pytest

from web.requests.downloads import as_attachment

NAMES = {
    "väg.jpg": "vag.jpg",
    "va\u030aren.jpg": "varen.jpg",
    "bild 😀.jpg": "bild _.jpg",
    "a–b’c.pdf": "a_b_c.pdf",
    'citat".jpg': "citat_.jpg",
    "a\\b;c%20.jpg": "a_b_c_20.jpg",
    "rad\r\nSet-Cookie: x.jpg": "rad__Set-Cookie: x.jpg",
    "\ud83d.jpg": "_.jpg",
}


@pytest.mark.parametrize("name", NAMES)
def test_the_header_holds_any_name(name: str) -> None:
    header = as_attachment(name)
    assert header.isascii()
    assert header.isprintable()
    assert f'filename="{NAMES[name]}"' in header
    if name.isprintable():
        assert unquote(header.rpartition("''")[2]).encode() == name.replace("a\u030a", "å").encode()
