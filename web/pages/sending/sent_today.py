"""The same words from the same browser within a day are one request: "back" and sending again makes no second case.

A form that is opened anew has a stamp of its own, but its browser restores what was typed in the one before. So the
hash of who sent what, from which browser, is spent as well, in a row beside that of the stamp.
"""

import json
from collections.abc import Callable, Iterable, Sequence

from flask import request, session
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cases.access.tokens import hashed
from cases.database.tables.sent_forms import SpentForm
from cases.database.transactions import insert_of
from cases.files.attaching import StoredFile
from web.current import machine_now
from web.pages.sending.spending import SENT_HERE_FOR
from web.requests.identity.caller import current_actor
from web.requests.kept_forms import typed_fields

REACHES = frozenset({"reach", "name", "email", "phone"})


def content_of(files: Iterable[StoredFile]) -> list[str]:
    """Return hashes of what is sent, by whom and from which browser: with the files, and without, if there are any.

    The list is empty for a browser that cannot be known again. Of the files it has the names and sizes, of the words
    everything but the blanks around and between them. How a visitor is reached is left out: who comes back to mend a
    mistyped address sends the same once more, and the receipt says where the address is put right.
    """
    secret, person_id = str(session.get("csrf_token", "")), current_actor().person_id
    if not secret:
        return []
    told = {name: values for name, values in typed_fields().items() if person_id or name not in REACHES}
    typed = sorted((name, [" ".join(value.split()) for value in values]) for name, values in told.items())
    sent = sorted((file.name, file.size) for file in files)
    kinds = [sent, []] if sent else [[]]
    return [hashed(json.dumps([secret, request.path, person_id, typed, one])) for one in kinds]


def sent_today(rows: Session, content: Sequence[str]) -> str | None:
    """Return the path of the page to which this content led within the last day; None when it is new.

    Words that come back without the files that went with them, as when a browser restores a page, are not new.
    """
    young = SpentForm.made_at > machine_now() - SENT_HERE_FOR
    return rows.scalar(select(SpentForm.location).where(SpentForm.key == content[0], young)) if content else None


def once_a_day(rows: Session, content: Sequence[str], make: Callable[[], str]) -> str:
    """Call `make`, which returns the path of the page to show next, and return that path.

    If the same content was sent within a day, return the path of that sending without calling `make`; of two at the
    same moment, one waits for the commit of the other.
    """
    if not content:
        return make()
    values = {"browser": "", "location": "", "made_at": machine_now()}
    row = [{"key": key, "content": key, **values} for key in content]
    added = insert_of(rows)(SpentForm).values(row).on_conflict_do_nothing().returning(SpentForm.key)
    if content[0] not in rows.scalars(added).all() and (earlier := sent_today(rows, content)):
        return earlier
    location = make()
    spent = update(SpentForm).where(SpentForm.key.in_(content))
    rows.execute(spent.values(location=location, made_at=values["made_at"]))
    return location
