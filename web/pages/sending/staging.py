"""The files of a form: rewritten and stored before anything else is done, and kept with the form when it is refused.

A stored file is named in the form that is shown again by a signed reference, which counts only there and for less than
a day; then the nightly cleaning takes the file away. The reference opens nothing: only a form that is sent with it can
attach the file.
"""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from datetime import datetime

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from cases.access.actors import Actor
from cases.case import Case
from cases.files.attaching import MOST_FILES, StoredFile, attach, store_files
from cases.files.attachments import Attachment
from cases.files.file_names import safe_name
from cases.refusals import FileLost, FileRefused, FilesTooLarge, FileTooLarge, TooManyFiles
from web.current import storage
from web.errors.refused_forms import FormTooLarge
from web.language.gettext import gettext
from web.pages.forms import Form
from web.pages.sending.refused_files import lines_of, tell_refused
from web.pages.stamps import FormStamp
from web.requests.parsing.multipart import FormRequest, is_dropped, is_too_large_alone

REFERENCES_LAST = 20 * 3600  # seconds: shorter than the day after which a file without a case is removed


@dataclass
class SentFiles:
    """The files of one form: those that are stored, now or by an earlier sending of it, and why others are not."""

    stored: list[StoredFile] = field(default_factory=list)
    refused: list[FileRefused] = field(default_factory=list)

    def attach_to(self, session: Session, case: Case, *, by: Actor, at: datetime) -> None:
        """Attach the files to the case, and refuse those that are attached already, or for which it has no room."""
        taken = set(session.scalars(select(Attachment.key).where(Attachment.key.in_([one.key for one in self.stored]))))
        self.refused += [FileLost(field="file", name=one.name) for one in self.stored if one.key in taken]
        for file in [one for one in self.stored if one.key not in taken]:
            try:
                attach(session, case, file, by=by, at=at)
            except TooManyFiles as refused:
                self.refused.append(refused)

    def tell_refused(self) -> None:
        """Say on the next page which files did not come along, and why."""
        tell_refused(self.refused)

    def show_in(self, form: Form) -> None:
        """Keep the files with the form that is shown again, and say beside the field why others cannot be taken."""
        form.staged = list(zip(self.references(form.stamp_hash), (one.name for one in self.stored), strict=True))
        if self.refused:
            form.refusals["files"] = "\n".join(lines_of(self.refused))

    def references(self, stamp_hash: str) -> list[str]:
        """Return the signed references by which the form with this stamp names its stored files."""
        return [_references().dumps([stamp_hash, *astuple(one)]) for one in self.stored]


def receive_files(form: Form) -> SentFiles:
    """Rewrite and store the files of this request; return them with those that the form holds already.

    Call it outside of a transaction: it may take seconds.
    """
    held = files_held(request.form.getlist("staged"), FormStamp(form.typed("stamp")).hash)
    before = held.stored
    sent = [file for file in request.files.getlist("files") if file.filename]
    whole = [(str(file.filename), file.read()) for file in sent if not is_dropped(file)]
    dropped = [_dropped(file) for file in sent if is_dropped(file)]
    room = MOST_FILES - len(before)
    stored, refused = store_files(storage(), whole[:room])
    without_room = _without_room(name for name, _ in whole[room:])
    return SentFiles([*before, *stored], [*held.refused, *refused, *dropped, *without_room])


def files_to_attach(form: Form) -> SentFiles:
    """Rewrite and store the files of a form that has nothing else in it.

    Raises `ValidationError` when none was chosen, the refusal of the first when none can be taken.
    """
    files = receive_files(form)
    if not files.stored and not files.refused:
        raise ValidationError({"files": [gettext("Choose a file first.")]})
    if not files.stored:
        raise files.refused[0]
    return files


def refuse_too_large() -> None:
    """Raise `FormTooLarge` when files of this form had to be dropped, or it has more than 10 MB with its words."""
    if isinstance(request, FormRequest) and request.is_too_large:
        raise FormTooLarge


def files_held(references: Iterable[str], stamp_hash: str) -> SentFiles:
    """Return the files that a form holds already, each once; those that it names and does not hold are refused."""
    held = SentFiles()
    for reference in list(dict.fromkeys(references))[:MOST_FILES]:
        file = _stored_file(reference, stamp_hash)
        if file is None:
            held.refused.append(FileLost(field="file"))
        elif file not in held.stored:
            held.stored.append(file)
    return held


def files_not_kept() -> SentFiles:
    """Return the files of this request as refused: they have to be chosen again."""
    sent = [safe_name(str(file.filename)) for file in request.files.getlist("files") if file.filename]
    held = dict.fromkeys(request.form.getlist("staged"))
    return SentFiles(refused=[FileLost(field="file", name=name) for name in [*sent, *("" for _ in held)]])


def _stored_file(reference: str, stamp_hash: str) -> StoredFile | None:
    with suppress(BadSignature):
        form, *file = _references().loads(reference, max_age=REFERENCES_LAST)
        return StoredFile(*file) if form == stamp_hash else None
    return None


def _dropped(file: FileStorage) -> FileRefused:
    refused = FileTooLarge if is_too_large_alone(file) else FilesTooLarge
    return refused(field="file", name=safe_name(str(file.filename)))


def _without_room(names: Iterable[str]) -> list[FileRefused]:
    return [TooManyFiles(field="file", name=safe_name(name), most=MOST_FILES) for name in names]


def _references() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        str(current_app.secret_key), salt="staged", signer_kwargs={"digest_method": hashlib.sha256}
    )
