"""Attaching a file to a case. It is rewritten and on the disk before the transaction begins that attaches it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.files.attachments import Attachment
from cases.files.file_names import safe_name
from cases.files.rewriting import RewrittenFile, rewrite_all
from cases.files.storage import Folder
from cases.history.events import CaseAttached
from cases.history.journal import Entry
from cases.refusals import FileRefused, TooManyFiles

MOST_FILES = 10


@dataclass(frozen=True)
class StoredFile:
    """A file that is rewritten and stored under `key`, and belongs to no case yet. `size` is in bytes.

    `forget_orphans` removes it after a day, unless it is attached before.
    """

    key: str
    name: str
    media_type: str
    size: int
    sha256: str


def store_files(storage: Folder, files: list[tuple[str, bytes]]) -> tuple[list[StoredFile], list[FileRefused]]:
    """Rewrite and store files; return those that are stored, and a refusal for each of the others.

    Each file is a name as it was sent and its bytes. Call it outside of a transaction: it may take seconds. Of more
    than ten files the first ten are taken.
    """
    stored: list[StoredFile] = []
    refused: list[FileRefused] = [
        TooManyFiles(field="file", name=safe_name(name), most=MOST_FILES) for name, _ in files[MOST_FILES:]
    ]
    for made in rewrite_all(files[:MOST_FILES]):
        if isinstance(made, FileRefused):
            refused.append(made)
        else:
            stored.append(_store(storage, made))
    return stored, refused


def attach(
    session: Session, case: Case, file: StoredFile, *, by: Actor, at: datetime, channel: str | None = None
) -> Attachment:
    """Attach a stored file to the case, write the event `case.attached`, return the new row.

    `channel` is "mail" when it came by mail.

    Raises `TooManyFiles` for a case's eleventh file.
    """
    _refuse_an_eleventh(session, case, file.name)
    entry = Entry(case, by=by, at=at)
    attachment = Attachment(
        case_id=case.id,
        key=file.key,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        added_at=at,
    )
    session.add(attachment)
    session.flush()
    entry.add(_attached_event(attachment, channel))
    entry.write(session)
    return attachment


def _store(storage: Folder, made: RewrittenFile) -> StoredFile:
    sha256 = hashlib.sha256(made.content).hexdigest()
    return StoredFile(storage.keep(made.content), made.name, made.media_type, len(made.content), sha256)


def _refuse_an_eleventh(session: Session, case: Case, name: str) -> None:
    count = session.scalar(select(func.count()).where(Attachment.case_id == case.id)) or 0
    if count >= MOST_FILES:
        raise TooManyFiles(field="file", name=name, most=MOST_FILES)


def _attached_event(attachment: Attachment, channel: str | None) -> CaseAttached:
    return CaseAttached(
        attachment=attachment.id,
        media_type=attachment.media_type,
        sha256=attachment.sha256,
        visibility=attachment.visibility,
        channel=channel,
    )
