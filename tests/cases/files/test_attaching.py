"""What is sent along is looked at, made anew and kept before anything is committed."""

import io
import os
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import ExifTags, Image
from PIL.PngImagePlugin import PngInfo
from sqlalchemy import select
from sqlalchemy.orm import Session
from support.houses.migrated import A_TUESDAY, a_house

from cases.access.actors import A_VISITOR
from cases.case import Case
from cases.files.attaching import LARGEST, MOST_FILES, attach, checked, forget_orphans, safe_name
from cases.files.attachments import Attachment
from cases.files.storage import Folder
from cases.handing_in import Request, hand_in
from cases.history.journal import Event
from cases.refusals import FileRefused
from cases.states import Kind

SECRET = b"57.1234 SECRET PLACE"
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def _jpeg(size: tuple[int, int] = (64, 32)) -> bytes:
    image, out = Image.new("RGB", size, "red"), io.BytesIO()
    exif = Image.Exif()
    exif[ExifTags.Base.ImageDescription] = SECRET.decode()
    exif[ExifTags.Base.Orientation] = 6
    image.save(out, "JPEG", exif=exif, comment=SECRET, icc_profile=SECRET)
    return out.getvalue()


def _png() -> bytes:
    image, out, info = Image.new("P", (16, 16)), io.BytesIO(), PngInfo()
    info.add_text("GPS", SECRET.decode())
    image.save(out, "PNG", pnginfo=info)
    return out.getvalue()


def _zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "a")
    return out.getvalue()


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    database = a_house(tmp_path)
    with database.transaction() as session:
        yield session
    database.close()


@pytest.fixture
def case(session: Session) -> Case:
    return hand_in(session, Request(Kind.ISSUE, "Lampan är trasig"), by=A_VISITOR, at=A_TUESDAY)


@pytest.fixture
def storage(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "files")


def test_an_attachment_is_kept_and_told(session: Session, case: Case, storage: Folder) -> None:
    made = attach(session, storage, case, "bild.jpg", _jpeg(), by=A_VISITOR, at=A_TUESDAY)
    assert (made.media_type, made.name) == ("image/jpeg", "bild.jpg")
    assert len(storage.content(made.key)) == made.size
    event = session.scalars(select(Event).where(Event.type == "case.attached")).one()
    assert event.facts["sha256"] == made.sha256
    assert "bild" not in str(event.facts)


@pytest.mark.parametrize(("name", "content"), [("a.jpg", _jpeg()), ("a.JPEG", _jpeg()), ("a.png", _png())])
def test_an_image_is_made_anew_without_what_it_carried(name: str, content: bytes) -> None:
    assert SECRET in content
    _, kept = checked(name, content)
    assert SECRET not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert not image.getexif()
        assert "comment" not in image.info
        assert "icc_profile" not in image.info


def test_an_image_is_turned_upright() -> None:
    with Image.open(io.BytesIO(checked("a.jpg", _jpeg((64, 32)))[1])) as image:
        assert image.size == (32, 64)


def test_what_follows_the_pixels_is_cut_off() -> None:
    assert b"<script>" not in checked("a.jpg", _jpeg() + b"<script>alert(1)</script>")[1]


def test_pdf_is_kept_as_it_is() -> None:
    assert checked("plan.pdf", PDF) == ("application/pdf", PDF)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.html", b"<html></html>"),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("a.png", _jpeg()),
        ("a.jpg", _png()),
        ("a.pdf", _zip()),
        ("a.zip", _zip()),
        ("a.docx", _zip()),
        ("a.pdf", b"\n" + PDF),
        ("a.jpg", _jpeg()[:100]),
        ("a.jpg", b"\xff\xd8\xff"),
        ("a.jpg", b""),
        ("jpg", _jpeg()),
        ("a.jpg.exe", _jpeg()),
        ("a.pdf", PDF + b"0" * LARGEST),
    ],
)
def test_anything_else_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(FileRefused):
        checked(name, content)


def test_an_image_of_too_many_pixels_is_refused() -> None:
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG")
    assert len(out.getvalue()) < LARGEST
    with pytest.raises(FileRefused):
        checked("bomb.png", out.getvalue())


def test_an_eleventh_file_is_refused(session: Session, case: Case, storage: Folder) -> None:
    for number in range(MOST_FILES):
        attach(session, storage, case, f"{number}.pdf", PDF, by=A_VISITOR, at=A_TUESDAY)
    with pytest.raises(FileRefused):
        attach(session, storage, case, "11.pdf", PDF, by=A_VISITOR, at=A_TUESDAY)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\bilder\\väg.jpg", "väg.jpg"),
        ("a\0b\r\nc.jpg", "abc.jpg"),
        ("", "fil"),
        ("...", "fil"),
        (f"{'å' * 300}.jpg", f"{'å' * 116}.jpg"),
    ],
)
def test_a_name_is_only_ever_a_name(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_files_without_a_row_are_forgotten_after_a_day(session: Session, case: Case, storage: Folder) -> None:
    kept = attach(session, storage, case, "a.pdf", PDF, by=A_VISITOR, at=A_TUESDAY)
    lost = attach(session, storage, case, "b.pdf", PDF, by=A_VISITOR, at=A_TUESDAY)
    fresh, old = storage.keep(PDF), storage.keep(PDF)
    storage.remove(lost.key)
    moments = {kept.key: -3, old: -2, fresh: 0}
    for key, days in moments.items():
        moment = (A_TUESDAY + timedelta(days=days)).timestamp()
        os.utime(storage.root / key[:2] / key, (moment, moment))
    assert forget_orphans(session, storage, at=A_TUESDAY) == [lost.key]
    assert set(storage.kept_before(A_TUESDAY + timedelta(days=1))) == {kept.key, fresh}
    assert session.scalars(select(Attachment.name).order_by(Attachment.id)).all() == ["a.pdf", "b.pdf"]
