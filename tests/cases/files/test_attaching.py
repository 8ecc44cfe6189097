"""What is sent along is looked at, made anew and kept before anything is committed."""

import os
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from support.files_to_send import PDF, a_jpeg
from support.houses.migrated import A_TUESDAY, a_house

from cases.access.actors import A_VISITOR
from cases.case import Case
from cases.files.attaching import MOST_FILES, StoredFile, attach, store_files
from cases.files.attachments import Attachment
from cases.files.file_names import safe_name
from cases.files.orphans import forget_orphans
from cases.files.storage import Folder
from cases.handing_in import Request, hand_in
from cases.history.journal import Event
from cases.refusals import TooManyFiles, WrongFileType
from cases.states import Kind


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


def stored(storage: Folder, name: str, content: bytes = PDF) -> StoredFile:
    return StoredFile(storage.keep(content), name, "application/pdf", len(content), "0" * 64)


def test_an_attachment_is_kept_and_told(session: Session, case: Case, storage: Folder) -> None:
    (file,), refused = store_files(storage, [("bild.jpg", a_jpeg())])
    made = attach(session, case, file, by=A_VISITOR, at=A_TUESDAY)
    assert refused == []
    assert (made.media_type, made.name) == ("image/jpeg", "bild.jpg")
    assert len(storage.content(made.key)) == made.size
    event = session.scalars(select(Event).where(Event.type == "case.attached")).one()
    assert event.facts["sha256"] == made.sha256
    assert "bild" not in str(event.facts)


def test_an_eleventh_file_is_refused(session: Session, case: Case, storage: Folder) -> None:
    for number in range(MOST_FILES):
        attach(session, case, stored(storage, f"{number}.pdf"), by=A_VISITOR, at=A_TUESDAY)
    with pytest.raises(TooManyFiles):
        attach(session, case, stored(storage, "11.pdf"), by=A_VISITOR, at=A_TUESDAY)


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


@pytest.mark.parametrize(
    "name",
    [
        "😀–’.jpg",
        "zażółć gęślą.pdf",
        "\u202egpj.exe.jpg",
        'a"b;c.jpg',
        "rad\u2028ett.png",
        "\ud83d.jpg",
        "ö" * 300 + ".jpg",
    ],
)
def test_a_name_is_kept_in_one_form_and_can_be_printed(name: str) -> None:
    safe = safe_name(unicodedata.normalize("NFD", name))
    assert safe == unicodedata.normalize("NFC", safe)
    assert safe.isprintable()
    assert len(safe) <= 120
    assert safe.encode() and safe.endswith(name[-4:])


def test_one_file_that_fails_does_not_take_the_others_with_it(storage: Folder) -> None:
    kept, refused = store_files(storage, [("a.jpg", a_jpeg()), ("b.html", b"<html>"), ("c.pdf", PDF)])
    assert [file.name for file in kept] == ["a.jpg", "c.pdf"]
    assert refused == [WrongFileType(field="file", name="b.html")]


def test_of_more_than_ten_files_the_first_ten_are_taken(storage: Folder) -> None:
    kept, refused = store_files(storage, [(f"{number}.html", b"") for number in range(12)])
    assert kept == []
    assert [one.name for one in refused if isinstance(one, TooManyFiles)] == ["10.html", "11.html"]


def test_what_was_half_written_is_removed_after_a_day(session: Session, storage: Folder) -> None:
    folder = storage.root / "ab"
    folder.mkdir(parents=True)
    for name, days in (("old.part", -2), ("new.part", 0)):
        (folder / name).write_bytes(PDF)
        moment = (A_TUESDAY + timedelta(days=days)).timestamp()
        os.utime(folder / name, (moment, moment))
    forget_orphans(session, storage, at=A_TUESDAY)
    assert [path.name for path in folder.iterdir()] == ["new.part"]


def test_files_without_a_row_are_forgotten_after_a_day(session: Session, case: Case, storage: Folder) -> None:
    kept = attach(session, case, stored(storage, "a.pdf"), by=A_VISITOR, at=A_TUESDAY)
    lost = attach(session, case, stored(storage, "b.pdf"), by=A_VISITOR, at=A_TUESDAY)
    fresh, old = storage.keep(PDF), storage.keep(PDF)
    storage.remove(lost.key)
    moments = {kept.key: -3, old: -2, fresh: 0}
    for key, days in moments.items():
        moment = (A_TUESDAY + timedelta(days=days)).timestamp()
        os.utime(storage.root / key[:2] / key, (moment, moment))
    assert forget_orphans(session, storage, at=A_TUESDAY) == [lost.key]
    assert set(storage.kept_before(A_TUESDAY + timedelta(days=1))) == {kept.key, fresh}
    assert session.scalars(select(Attachment.name).order_by(Attachment.id)).all() == ["a.pdf", "b.pdf"]
