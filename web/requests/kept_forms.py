"""What somebody wrote whose log-in had ended: kept for two hours, for the browser that sent it, until they log in."""

import json
import secrets
from dataclasses import dataclass

from flask import Response, g, request
from sqlalchemy import delete, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cases.access.tokens import WebSession, hashed
from cases.database.tables.sent_forms import KEPT_FORMS_KEPT_FOR, KeptForm
from web.current import current, machine_now
from web.requests.identity.cookies import cookie_name, is_https, session_cookie

LARGEST = 100_000  # characters of one form, as JSON
MOST = 500  # forms of the whole house
LEFT_OUT = frozenset({"csrf_token", "stamp", "staged", "webbplats", "asked_about"})
COOKIE = "ventil_form"
PAGE = "/fortsatt"


@dataclass(frozen=True)
class Typed:
    """A form that was kept: the path that it is sent to, what was typed, each field with its values, and by whom."""

    path: str
    fields: dict[str, list[str]]
    person_id: int | None


def typed_fields() -> dict[str, list[str]]:
    """Return what was typed in the form of this request, without what belongs to the form itself."""
    return {name: values for name, values in request.form.lists() if name not in LEFT_OUT and any(values)}


def keep_form(opened_by: int | None = None, hidden: dict[str, list[str]] | None = None) -> bool:
    """Keep the form of this request for its browser; return whether there was room for it.

    `opened_by` is the id of the person for whom it was opened, where its stamp says so; only they are shown it.
    `hidden` are fields of the form itself that are kept with what was typed.

    The earlier one of this browser, and those that are too old, are deleted. `note_kept_form` then sets the cookie.
    """
    typed = json.dumps(typed_fields() | (hidden or {}), ensure_ascii=False).replace("\\u0000", "")
    if len(typed) > LARGEST:
        return False
    secret = secrets.token_urlsafe(32)
    try:
        with current().database.transaction() as session:
            _delete(session, request.cookies.get(_cookie(), ""))
            if (session.scalar(select(func.count()).select_from(KeptForm)) or 0) >= MOST:
                return False
            session.add(
                KeptForm(
                    hash=hashed(secret),
                    path=request.path[:500],
                    typed=typed,
                    person_id=opened_by or _whose_log_in_ended(session),
                    made_at=machine_now(),
                )
            )
    except SQLAlchemyError:
        return False  # the page shows what was typed, in any case
    g.kept_form = secret
    return True


def kept_form() -> Typed | None:
    """Return the form that is kept for this browser; None when there is none, or it is too old."""
    secret = request.cookies.get(_cookie())
    if not secret:
        return None
    young = KeptForm.made_at > machine_now() - KEPT_FORMS_KEPT_FOR
    columns = select(KeptForm.path, KeptForm.typed, KeptForm.person_id)
    with current().database.reading() as session:
        row = session.execute(columns.where(KeptForm.hash == hashed(secret), young)).one_or_none()
    return Typed(row.path, json.loads(row.typed), row.person_id) if row else None


def note_kept_form(response: Response) -> Response:
    """Set the cookie of a form that was kept in this request; forget the form that has now been sent.

    Called after each request.
    """
    if secret := g.pop("kept_form", None):
        _set(response, secret, int(KEPT_FORMS_KEPT_FOR.total_seconds()))
    elif request.method == "POST" and response.status_code == 303 and request.cookies.get(_cookie()):
        kept = kept_form()
        if kept is None or kept.path == request.path:
            forget_form(response)
    return response


def forget_form(response: Response) -> None:
    """Delete what is kept for this browser, and its cookie."""
    with current().database.transaction() as session:
        _delete(session, request.cookies.get(_cookie(), ""))
    _set(response, "", 0)


def _whose_log_in_ended(session: Session) -> int | None:
    ended = request.cookies.get(session_cookie(), "")
    return session.scalar(select(WebSession.person_id).where(WebSession.hash == hashed(ended)))


def _delete(session: Session, secret: str) -> None:
    too_old = KeptForm.made_at < machine_now() - KEPT_FORMS_KEPT_FOR
    session.execute(delete(KeptForm).where((KeptForm.hash == hashed(secret)) | too_old))


def _cookie() -> str:
    return cookie_name(COOKIE, current().settings)


def _set(response: Response, secret: str, seconds: int) -> None:
    secure = is_https(current().settings)
    response.set_cookie(_cookie(), secret, secure=secure, httponly=True, samesite="Lax", path="/", max_age=seconds)
