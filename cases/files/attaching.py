"""Attaching a file to a case: its type is checked by name and content, and images are re-encoded."""

import hashlib
import subprocess  # only our own interpreter is started  # nosec B404
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

import puremagic
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.database.texts import is_storable_line
from cases.files import reencoding
from cases.files.attachments import Attachment
from cases.files.storage import Folder
from cases.history.events import CaseAttached
from cases.history.journal import Entry
from cases.refusals import BadCharacters, FileRefused

LARGEST = 10 * 1024 * 1024
MOST_FILES = 10
LONGEST_NAME = 120
PATIENCE = 30  # seconds for one image
ORPHAN_AFTER = timedelta(days=1)


@dataclass(frozen=True)
class FileType:
    """Describes a type of file that is accepted. `magic` are the first bytes of every such file.

    `pillow` is the type's name in Pillow, the imaging library; None for files that are stored without re-encoding.
    """

    media_type: str
    magic: bytes
    pillow: str | None = None


JPEG = FileType("image/jpeg", b"\xff\xd8\xff", "JPEG")
PNG = FileType("image/png", b"\x89PNG\r\n\x1a\n", "PNG")
PDF = FileType("application/pdf", b"%PDF-")
ACCEPTED = {".jpg": JPEG, ".jpeg": JPEG, ".png": PNG, ".pdf": PDF}


def attach(
    session: Session, storage: Folder, case: Case, name: str, content: bytes, *, by: Actor, at: datetime
) -> Attachment:
    """Attach a file to the case: keep its bytes in `storage`, write the event `case.attached`, return the new row.

    `name` is the file's name as the user sent it, `content` its bytes; an image is re-encoded before it is stored.
    Raises `FileRefused` for anything but a JPEG, PNG or PDF of at most 10 MB, and for a case's eleventh file. The bytes
    are on the disk before the transaction commits; when it is rolled back, `forget_orphans` removes them later.
    """
    if not is_storable_line(name):
        raise BadCharacters(field="file")
    _refuse_an_eleventh(session, case, name)
    media_type, stored = checked(name, content)
    entry = Entry(case, by=by, at=at)
    attachment = Attachment(
        case_id=case.id,
        key=storage.keep(stored),
        name=safe_name(name),
        media_type=media_type,
        size=len(stored),
        sha256=hashlib.sha256(stored).hexdigest(),
        added_at=at,
    )
    session.add(attachment)
    session.flush()
    entry.add(_attached_event(attachment))
    entry.write(session)
    return attachment


def checked(name: str, content: bytes) -> tuple[str, bytes]:
    """Check a file; return its media type and the bytes to store: those of the re-encoded image, or `content` itself.

    Raises `FileRefused` for a type that is not accepted, for a file that is too large, and for an image that cannot be
    re-encoded.
    """
    kind = ACCEPTED.get(PurePosixPath(name).suffix.lower())
    if kind is None or len(content) > LARGEST or not _is(kind, content):
        raise FileRefused(field="file", name=safe_name(name))
    return kind.media_type, _reencoded(name, content, kind.pillow) if kind.pillow else content


def safe_name(name: str) -> str:
    """Return the name of a file without folders and unprintable characters; "fil" when nothing is left.

    A name of more than 120 characters is cut to that length, and keeps its extension (such as ".jpg").
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    plain = "".join(character for character in last if character.isprintable()).strip(" .") or "fil"
    ending = PurePosixPath(plain).suffix[:10]
    return plain if len(plain) <= LONGEST_NAME else plain[: LONGEST_NAME - len(ending)] + ending


def forget_orphans(session: Session, storage: Folder, *, at: datetime) -> list[str]:
    """Delete the stored files that belong to no attachment in the database and are older than a day.

    Return the sorted keys of the attachments in the database whose stored file is missing.
    """
    known = set(session.scalars(select(Attachment.key)))
    for key in [key for key in storage.kept_before(at - ORPHAN_AFTER) if key not in known]:
        storage.remove(key)
    return sorted(known - set(storage.kept_before(at + ORPHAN_AFTER)))


def _is(kind: FileType, content: bytes) -> bool:
    if not content.startswith(kind.magic):
        return False
    try:
        return any(found.mime_type == kind.media_type for found in puremagic.magic_string(content))
    except puremagic.PureError:
        return False


def _reencoded(name: str, content: bytes, form: str) -> bytes:
    program = [sys.executable, "-I", str(Path(reencoding.__file__)), form]
    try:
        made = subprocess.run(program, input=content, capture_output=True, timeout=PATIENCE, check=True)  # noqa: S603  # nosec B603
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        raise FileRefused(field="file", name=safe_name(name)) from None
    return made.stdout


def _refuse_an_eleventh(session: Session, case: Case, name: str) -> None:
    count = session.scalar(select(func.count()).where(Attachment.case_id == case.id)) or 0
    if count >= MOST_FILES:
        raise FileRefused(field="file", name=safe_name(name))


def _attached_event(attachment: Attachment) -> CaseAttached:
    return CaseAttached(
        attachment=attachment.id,
        media_type=attachment.media_type,
        sha256=attachment.sha256,
        visibility=attachment.visibility,
    )
