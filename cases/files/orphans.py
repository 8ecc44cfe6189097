"""Files without a row, and rows without a file: what a crash, or a form that was given up, leaves behind."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cases.files.attachments import Attachment
from cases.files.storage import Folder

ORPHAN_AFTER = timedelta(days=1)


def forget_orphans(session: Session, storage: Folder, *, at: datetime) -> list[str]:
    """Delete the stored files that belong to no attachment in the database and are older than a day.

    Files that were only half written go too. Return the sorted keys of the attachments in the database whose stored
    file is missing.
    """
    known = set(session.scalars(select(Attachment.key)))
    for key in [key for key in storage.kept_before(at - ORPHAN_AFTER) if key not in known]:
        storage.remove(key)
    storage.remove_half_written_before(at - ORPHAN_AFTER)
    return sorted(known - set(storage.kept_before(at + ORPHAN_AFTER)))
