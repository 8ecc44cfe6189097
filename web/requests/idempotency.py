"""Idempotency-Key: a POST that is sent again changes nothing and gets the response of the first one.

The key is claimed in the transaction of the change itself, so that either both are committed or neither. It is kept
for 7 days (`cases.database.tables.idempotency_keys`).

Without a token, whoever sends the same key and body finds the first one's case. The public id, which opens the case as
the person who asked, is only repeated to the first one: by their cookie, or for 10 minutes by their network.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from flask import Response, jsonify, request
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.exceptions import BadRequest

from cases.access.tokens import hashed, keyed_hash
from cases.database.tables.idempotency_keys import IDEMPOTENCY_KEYS_KEPT_FOR, KeptAnswer
from cases.database.transactions import insert_of
from cases.reading.finding import case_for
from cases.refusals import FieldRefusal, NotFound
from web.current import current, machine_now
from web.requests.identity.caller import actor_in, bearer_token
from web.requests.identity.cookies import remember_sender, sender_cookie
from web.requests.rate_limits import network
from web.schemas.by_reader import schema_for

HEADER = "Idempotency-Key"
FROM_SAME_NETWORK = timedelta(minutes=10)  # how long the network alone shows that it is the first sender
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

    `request` is the hash of the method, path and body, whose JSON counts in whichever way it is written. `key` is the
    hash of the header's value together with the API token, so that two senders may use the same value; without a token,
    method, path and body stand in for it. `sender` and `network` are None for a request with a token: else the sender's
    cookie, and the keyed hash of their network.
    """

    key: str
    request: str
    sender: str | None = None
    network: str | None = None

    @property
    def sender_hash(self) -> str | None:
        """The hash of the sender's cookie; None for a request with a token."""
        return hashed(self.sender) if self.sender else None


def given_key() -> GivenKey | None:
    """Return this request's Idempotency-Key; None when it has none. Raises `BadKey` when the key is malformed."""
    name = request.headers.get(HEADER)
    if name is None:
        return None
    if not READABLE.fullmatch(name):
        raise BadKey(field=HEADER)
    body = hashlib.sha256(_canonical_body()).hexdigest()
    asked_for = f"{request.method} {request.path} {body}"
    if token := bearer_token():
        return GivenKey(hashed(f"{token} {name}"), hashed(asked_for))
    network_hash = keyed_hash(current().settings.secret_key, f"sender:{network()}")
    return GivenKey(hashed(f"{asked_for} {name}"), hashed(asked_for), sender_cookie(), network_hash)


def _canonical_body() -> bytes:
    """Return the request's body; JSON with its names in order, and without spaces and escapes that make no difference.

    So a sender that writes the same JSON anew sends the same request.
    """
    if request.is_json:
        with suppress(BadRequest, ValueError, RecursionError):
            return json.dumps(request.get_json(), sort_keys=True, separators=(",", ":")).encode()
    return request.get_data(cache=True)


def once(session: Session, change: Callable[[], Response]) -> Response:
    """Call `change` and return its response, which is kept under the request's Idempotency-Key, if it has one.

    If that key was used before, return the kept response without calling `change`. Raises `BadKey` for a malformed key,
    and `KeyUsedOtherwise` when the key was used before for a different request.
    """
    given = given_key()
    if given is None:
        return change()
    claimed = _claim(session, given)
    if claimed is None:
        return _kept_response(session, given)
    response = _keep_response(session, claimed, change())
    return response if given.sender is None else remember_sender(response, given.sender)


def _claim(session: Session, given: GivenKey) -> int | None:
    """Record the key and return its row's id; None when it was used. A second request waits for the first's commit."""
    at = machine_now()
    claim = {"request": given.request, "made_at": at, "sender": given.sender_hash, "network": given.network}
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
    kept = json.loads(found.body or "{}")
    is_theirs = _is_first_sender(found, given) or not _tells_secrets(kept)
    if not is_theirs or set(kept) == {"ref"} or not _may_read_now(session, kept):
        response = jsonify(ref=kept.get("ref"))
    else:
        response = Response(found.body, found.status, content_type="application/json")
        if found.location:
            response.headers["Location"] = found.location
    response.headers["Idempotent-Replayed"] = "true"
    return response


def _may_read_now(session: Session, kept: dict[str, Any]) -> bool:
    """Return whether the caller may read all fields of the kept response now: they may have lost a role since then."""
    if "ref" not in kept:
        return True  # about no case
    name = (request.view_args or {}).get("ref") or kept.get("public_id") or kept["ref"]
    try:
        case, reader = case_for(session, actor_in(session), name)
    except NotFound:
        return False
    return set(kept) <= {*schema_for(reader, case).fields, "public_id"}


def _tells_secrets(kept: dict[str, Any]) -> bool:
    """Return whether the kept response has a public id that the request itself did not name."""
    public_id = kept.get("public_id")
    return bool(public_id) and str(public_id) not in request.path


def _is_first_sender(found: KeptAnswer, given: GivenKey) -> bool:
    if given.sender is None:
        return True  # the token is a part of the key
    if found.sender is not None and hmac.compare_digest(found.sender, given.sender_hash or ""):
        return True
    return found.network == given.network and machine_now() - found.made_at <= FROM_SAME_NETWORK
