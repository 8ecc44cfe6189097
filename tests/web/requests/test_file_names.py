"""Forms whose files have names that are no UTF-8, or paths of Windows: both are read as they were meant."""

import pytest
from sqlalchemy import select
from support.files_to_send import a_jpeg
from support.houses.small_pages import stamp, visitor

from cases.case import Case
from cases.files.attachments import Attachment


def send(browser, name, field=b"files"):
    """Send the form for handing in with one photo, whose name is these bytes."""
    parts = {b"csrf_token": browser.form_token(), b"stamp": stamp(browser.web), b"title": "Lampan på Ågatan"}
    body = b"".join(
        b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (key, value.encode())
        for key, value in parts.items()
    )
    head = b'--x\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\n' % (field, name)
    body += head + b"Content-Type: image/jpeg\r\n\r\n" + a_jpeg() + b"\r\n--x--\r\n"
    return browser.browser.post("/lamna", data=body, content_type="multipart/form-data; boundary=x")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        (b"fr\xe5n.jpg", "från.jpg"),
        (b"\x80uro \x96 \xf6.jpg", "€uro – ö.jpg"),
        (b"fr\x81\xe5n.jpg", "från.jpg"),
        ("från".encode() + b"\xed\xa0\x80.jpg", "från\ufffd.jpg"),
        (b"\xed\xa0\xbd\xed\xb8\x80.jpg", "😀.jpg"),
        ("väg.jpg".encode(), "väg.jpg"),
        (b"C:\\Users\\\xc3\x85sa\\bild.jpg", "bild.jpg"),
        (b"C:\\Users\\\xc5sa\\bild.jpg", "bild.jpg"),
        (b"C:\\\\Users\\\\\xc3\x85sa\\\\bild.jpg", "bild.jpg"),
        (b"\\\\server\\dela\\ny bild.jpg", "ny bild.jpg"),
        (b'en \\"fin\\" bild.jpg', 'en "fin" bild.jpg'),
        (b"en\tny\xc2\xa0bild.jpg", "en ny bild.jpg"),
    ],
)
def test_the_form_is_taken_with_the_name_as_it_was_meant(sqlite_web, name, kept):
    answer = send(visitor(sqlite_web), name)
    assert answer.status_code == 303
    with sqlite_web.database.reading() as session:
        assert session.scalars(select(Attachment.name)).all() == [kept]
        assert session.scalars(select(Case.title)).all() == ["Lampan på Ågatan"]


def test_a_field_with_such_a_name_costs_nothing_else(sqlite_web):
    assert send(visitor(sqlite_web), b"a.jpg", field=b"fr\xe5ga").status_code == 303
