"""Idempotency-Key: a POST that is sent again changes nothing and gets the response of the first one.

The key is claimed in the transaction of the change itself, so that either both are committed or neither. It is kept
for 7 days (`cases.database.idempotency_keys`).
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from flask import Response, request
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cases.access.tokens import hashed
from cases.database.idempotency_keys import IDEMPOTENCY_KEYS_KEPT_FOR, KeptAnswer
from cases.database.transactions import insert_of
from cases.refusals import FieldRefusal
from web.current import right_now
from web.requests.caller import bearer_token

HEADER = "Idempotency-Key"
READABLE = re.compile(r"[\x21-\x7e]{1,255}")


@dataclass
class BadKey(FieldRefusal):
    """The Idempotency-Key is malformed: it must be 1 to 255 visible ASCII characters."""

    code: ClassVar[str] = "bad-key"


@dataclass
class KeyUsedOtherwise(FieldRefusal):
    """The Idempotency-Key was used before, for a request with another method, path or body."""

    code: ClassVar[str] = "key-used-otherwise"


@dataclass(frozen=True)
class GivenKey:
    """The Idempotency-Key of one request, and the request itself, each as a hash.

    `request` is the hash of the method, path and body. `key` is the hash of the header's value together with the API
    token, so that two senders may use the same value; without a token, method, path and body stand in for it.
    """

    key: str
    request: str


def given_key() -> GivenKey | None:
    """Return this request's Idempotency-Key; None when it has none. Raises `BadKey` when the key is malformed."""
    name = request.headers.get(HEADER)
    if name is None:
        return None
    if not READABLE.fullmatch(name):
        raise BadKey(field=HEADER)
    body = hashlib.sha256(request.get_data(cache=True)).hexdigest()
    asked_for = f"{request.method} {request.path} {body}"
    return GivenKey(hashed(f"{bearer_token() or asked_for} {name}"), hashed(asked_for))


def once(session: Session, change: Callable[[], Response]) -> Response:
    """Call `change` and return its response, which is kept under the request's Idempotency-Key, if it has one.

    If that key was used before, return the kept response without calling `change`. Raises `BadKey` for a malformed key,
    and `KeyUsedOtherwise` when the key was used before for a different request.
    """
    given = given_key()
    if given is None:
        return change()
    claimed = _claim(session, given)
    return _keep_response(session, claimed, change()) if claimed else _kept_response(session, given)


def _claim(session: Session, given: GivenKey) -> int | None:
    """Record the key and return its row's id; None when it was used. A second request waits for the first's commit."""
    at = right_now()
    claim = {"request": given.request, "made_at": at}
    statement = insert_of(session)(KeptAnswer).values(key=given.key, **claim)
    or_replace_expired = statement.on_conflict_do_update(
        index_elements=["key"], set_=claim, where=KeptAnswer.made_at <= at - IDEMPOTENCY_KEYS_KEPT_FOR
    )
    claimed: int | None = session.execute(or_replace_expired.returning(KeptAnswer.id)).scalar()
    return claimed


def _keep_response(session: Session, claimed: int, response: Response) -> Response:
    answer = {"status": response.status_code, "body": response.get_data(as_text=True)}
    location = response.headers.get("Location")
    session.execute(update(KeptAnswer).where(KeptAnswer.id == claimed).values(location=location, **answer))
    return response


def _kept_response(session: Session, given: GivenKey) -> Response:
    found = session.scalars(select(KeptAnswer).where(KeptAnswer.key == given.key)).one()
    if found.request != given.request:
        raise KeyUsedOtherwise(field=HEADER)
    response = Response(found.body, found.status, content_type="application/json")
    if found.location:
        response.headers["Location"] = found.location
    response.headers["Idempotent-Replayed"] = "true"
    return response
