"""The same words from the same browser within a day are one request: "back" and sending again makes no second case.

A form that is opened anew has a stamp of its own, but its browser restores what was typed in the one before. So the
hash of who sent what, from which browser, is spent as well, in a row beside that of the stamp. The same words in a
case are new once something has happened there: "yes" to another question is another answer.
"""

import json
from collections.abc import Callable, Iterable, Sequence

from flask import request, session
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from cases.access.actors import Actor, ActorKind
from cases.access.tokens import hashed
from cases.case import Case
from cases.database.tables.sent_forms import SpentForm
from cases.database.transactions import insert_of
from cases.files.attaching import StoredFile
from cases.history.journal import Event
from web.current import machine_now
from web.pages.sending.spending import SENT_HERE_FOR, this_browser
from web.requests.identity.caller import current_actor
from web.requests.kept_forms import typed_fields

REACHES = frozenset({"reach", "name", "email", "phone"})


OF_THE_PAGE = frozenset({"version", "hog", "rad"})  # what a form knows of the case and the pile that it was opened in


def content_of(files: Iterable[StoredFile] = ()) -> list[str]:
    """Return hashes of what is sent, by whom and from which browser: with the files, and without, if there are any.

    The list is empty for a browser that cannot be known again. Of the files it has the names and sizes, of the words
    everything but the blanks around and between them. How a visitor is reached is left out: who comes back to mend a
    mistyped address sends the same once more, and the receipt says where the address is put right.
    """
    secret, person_id = str(session.get("csrf_token", "")), current_actor().person_id
    if not secret:
        return []
    left_out = OF_THE_PAGE if person_id else OF_THE_PAGE | REACHES
    told = {name: values for name, values in typed_fields().items() if name not in left_out}
    typed = sorted((name, [" ".join(value.split()) for value in values]) for name, values in told.items())
    sent = sorted((file.name, file.size) for file in files)
    kinds = [sent, []] if sent else [[]]
    return [hashed(json.dumps([secret, request.path, person_id, typed, one])) for one in kinds]


def sent_today(rows: Session, content: Sequence[str], standing: str = "") -> str | None:
    """Return the path of the page to which this content led within the last day; None when it is new.

    It is new as well where things stood otherwise after it was sent (`once_a_day`). Words that come back without the
    files that went with them, as when a browser restores a page, are not new.
    """
    young = SpentForm.made_at > machine_now() - SENT_HERE_FOR
    same = (SpentForm.key == content[0], SpentForm.content == (standing or content[0])) if content else ()
    return rows.scalar(select(SpentForm.location).where(*same, young)) if content else None


def once_a_day(
    rows: Session, content: Sequence[str], make: Callable[[], str], standing: Callable[[], str] = lambda: ""
) -> str:
    """Call `make`, which returns the path of the page to show next, and return that path.

    If the same content was sent within a day, return the path of that sending without calling `make`; of two at the
    same moment, one waits for the commit of the other. `standing` says how things stand that make the same content
    another: it is asked before `make`, and after it.
    """
    if not content:
        return make()
    values = {"browser": this_browser(), "location": "", "made_at": machine_now()}
    row = [{"key": key, "content": key, **values} for key in content]
    added = insert_of(rows)(SpentForm).values(row).on_conflict_do_nothing().returning(SpentForm.key)
    if content[0] not in rows.scalars(added).all() and (earlier := sent_today(rows, content, standing())):
        return earlier
    location = make()
    spent = update(SpentForm).where(SpentForm.key.in_(content))
    stands = standing()
    known = {"content": stands} if stands else {}
    rows.execute(spent.values(location=location, made_at=values["made_at"], **known))
    return location


def last_by_others(rows: Session, case: Case, by: Actor) -> str:
    """Return the number of the last event of the case that somebody else than this actor caused, as text."""
    of_others = Event.person_id.is_distinct_from(by.person_id) if by.person_id else Event.person_id.is_not(None)
    machine = Event.actor.not_in((ActorKind.PERSON, ActorKind.REPORTER, ActorKind.VISITOR))
    last = select(func.max(Event.seq)).where(Event.stream == case.id, or_(of_others, machine))
    return f"after {rows.scalar(last) or 0}"
