"""Deny by default: every endpoint declares who may use it, and the app does not start when one does not."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from flask import Flask, current_app, request

from cases.access.actors import Actor, ActorKind
from cases.refusals import NotAllowed, NotFound
from web.requests.identity.caller import current_actor

View = TypeVar("View", bound=Callable[..., Any])


class Audience(StrEnum):
    """A kind of caller that an endpoint may be open to: anybody, logged in, staff, contact person or administrator.

    Whether they may see or change a particular case is decided in `cases`.
    """

    ANYBODY = "anybody"
    LOGGED_IN = "logged_in"
    STAFF = "staff"
    CONTACT = "contact"
    ADMIN = "admin"


IN_AUDIENCE: dict[Audience, Callable[[Actor], bool]] = {
    Audience.ANYBODY: lambda actor: True,
    Audience.LOGGED_IN: lambda actor: actor.kind is ActorKind.PERSON,
    Audience.STAFF: lambda actor: actor.is_staff,
    Audience.CONTACT: lambda actor: actor.is_contact,
    Audience.ADMIN: lambda actor: actor.is_admin,
}
DECLARED_HERE = {"static": frozenset({Audience.ANYBODY})}  # the one view that is not ours


class LoginNeeded(Exception):
    """The endpoint is only for somebody who is logged in, and the caller is not."""


class UndeclaredView(Exception):
    """An endpoint does not declare who may use it."""


def open_to(*audiences: Audience) -> Callable[[View], View]:
    """Decorate a view to declare that callers of any of these audiences may use it."""

    def declare(view: View) -> View:
        view.open_to = frozenset(audiences)  # type: ignore[attr-defined]
        return view

    return declare


def sent_by_mail_programs(view: View) -> View:
    """Decorate a view to exempt it from the check of form tokens; returns the same view.

    For the view to which mail programs POST, which have no form token: one-click unsubscribing (RFC 8058).
    """
    view.sent_by_mail_programs = True  # type: ignore[attr-defined]
    return view


def audiences_of(app: Flask, endpoint: str) -> frozenset[Audience] | None:
    """Return who may use this endpoint, as declared by `open_to`: members of `Audience`; None when undeclared."""
    declared = getattr(app.view_functions[endpoint], "open_to", None)
    return declared if declared is not None else DECLARED_HERE.get(endpoint)


def guard(app: Flask) -> None:
    """Make `refuse_others` check every request. Raises `UndeclaredView` if an endpoint does not say who may use it."""
    for endpoint in app.view_functions:
        if audiences_of(app, endpoint) is None:
            raise UndeclaredView(f"{endpoint} does not say who may use it: @open_to(...)")
    app.before_request(refuse_others)


def refuse_others() -> None:
    """Let a request through only if the caller may use the endpoint; called before each request.

    Otherwise raises `LoginNeeded` for somebody who is not logged in, and `NotAllowed` for somebody who is.
    """
    if request.endpoint is None:
        return  # no such page: answered with 404 or 405
    if may_use(request.endpoint):
        return
    raise LoginNeeded if current_actor().kind is ActorKind.VISITOR else NotAllowed(step=request.endpoint)


def may_use(endpoint: str) -> bool:
    """Return whether the caller of this request may use the endpoint."""
    audiences = audiences_of(current_app, endpoint) or frozenset()
    if Audience.ANYBODY in audiences:
        return True
    actor = current_actor()
    return any(IN_AUDIENCE[audience](actor) for audience in audiences)


def not_for(actor: Actor, ref: str) -> Exception:
    """Return what to raise on a page of a case that this actor may not see, or that does not exist: both get the same.

    Somebody who is not logged in is asked to log in, and comes back to the page afterwards.
    """
    return LoginNeeded() if actor.kind is ActorKind.VISITOR else NotFound(ref=ref)
