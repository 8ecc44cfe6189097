"""The files of a form: rewritten and stored before anything else is done, and kept with the form when it is refused.

A stored file is named in the form that is shown again by a signed reference, which counts only there and for less than
a day; then the nightly cleaning takes the file away. The reference opens nothing: only a form that is sent with it can
attach the file.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import astuple, dataclass, field
from datetime import datetime

from flask import current_app, flash, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from marshmallow import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.access.actors import Actor
from cases.case import Case
from cases.files.attaching import MOST_FILES, StoredFile, attach, store_files
from cases.files.attachments import Attachment
from cases.files.file_names import safe_name
from cases.refusals import FileRefused, FilesTooLarge, TooManyFiles
from web.current import storage
from web.errors.refused_forms import FormTooLarge
from web.language.gettext import gettext
from web.language.refusals import sentence_of
from web.pages.forms import Form
from web.requests.parsing.multipart import FormRequest, is_dropped

REFERENCES_LAST = 20 * 3600  # seconds: shorter than the day after which a file without a case is removed
SHORT_NAME = 40  # characters: a message about a file is kept in a cookie, which holds 4 kB


@dataclass
class SentFiles:
    """The files of one form: those that are stored, now or by an earlier sending of it, and why others are not."""

    stored: list[StoredFile] = field(default_factory=list)
    refused: list[FileRefused] = field(default_factory=list)

    def attach_to(self, session: Session, case: Case, *, by: Actor, at: datetime) -> None:
        """Attach the files to the case. One for which the case has no room is refused, and the others are attached."""
        taken = set(session.scalars(select(Attachment.key).where(Attachment.key.in_([one.key for one in self.stored]))))
        for file in [one for one in self.stored if one.key not in taken]:
            try:
                attach(session, case, file, by=by, at=at)
            except TooManyFiles as refused:
                self.refused.append(refused)

    def tell_refused(self) -> None:
        """Say on the next page which files did not come along, and why."""
        for one in self.refused[:MOST_FILES]:
            flash(_short_sentence(one), "warning")
        if self.refused:
            flash(gettext("You can add files on the page of the case."), "info")

    def show_in(self, form: Form) -> None:
        """Keep the files with the form that is shown again, and say beside the field why others cannot be taken."""
        form.staged = [(_references().dumps([form.stamp_hash, *astuple(one)]), one.name) for one in self.stored]
        if self.refused:
            form.refusals["files"] = " ".join(sentence_of(one.code, one.facts) for one in self.refused)


def receive_files(form: Form) -> SentFiles:
    """Rewrite and store the files of this request; return them with those that the form holds already.

    Call it outside of a transaction: it may take seconds.
    """
    before = _held_by(form)
    sent = [file for file in request.files.getlist("files") if file.filename]
    whole = [(str(file.filename), file.read()) for file in sent if not is_dropped(file)]
    dropped = [FilesTooLarge(field="file", name=safe_name(str(file.filename))) for file in sent if is_dropped(file)]
    room = MOST_FILES - len(before)
    stored, refused = store_files(storage(), whole[:room])
    return SentFiles([*before, *stored], [*refused, *dropped, *_without_room(name for name, _ in whole[room:])])


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


def _held_by(form: Form) -> list[StoredFile]:
    held = [_stored_file(reference, form.stamp_hash) for reference in request.form.getlist("staged")[:MOST_FILES]]
    return [file for file in held if file is not None]


def _stored_file(reference: str, stamp_hash: str) -> StoredFile | None:
    try:
        form, *file = _references().loads(reference, max_age=REFERENCES_LAST)
    except BadSignature:
        return None
    return StoredFile(*file) if form == stamp_hash else None


def _without_room(names: Iterable[str]) -> list[FileRefused]:
    return [TooManyFiles(field="file", name=safe_name(name), most=MOST_FILES) for name in names]


def _short_sentence(refused: FileRefused) -> str:
    name = refused.name if len(refused.name) <= SHORT_NAME else f"{refused.name[: SHORT_NAME - 1]}…"
    said = sentence_of(refused.code, refused.facts | {"name": name})
    return gettext("A file did not come along. %(why)s", why=said)


def _references() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        str(current_app.secret_key), salt="staged", signer_kwargs={"digest_method": hashlib.sha256}
    )
