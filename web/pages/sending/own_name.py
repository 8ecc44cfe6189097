"""A form acts in the name of the person for whom it was opened, and of nobody else who is logged in by then."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import current_app, request

from cases.access.actors import Actor
from web.current import is_for_machines
from web.errors.refused_forms import FormOfAnother
from web.pages.stamps import FormStamp
from web.requests.guard import Audience, LoginNeeded, audiences_of
from web.requests.identity.caller import current_actor

View = TypeVar("View", bound=Callable[..., Any])


def in_ones_own_name(is_lost_on: Callable[[Actor], bool]) -> Callable[[View], View]:
    """Decorate a view that anybody may use, to declare that somebody who is logged in acts in their own name there.

    `is_lost_on` returns whether the form of this request has fields that this actor's form has not, so that it was
    opened for somebody else, whatever its stamp says. Views for those only who are logged in need no declaration.
    """

    def declare(view: View) -> View:
        view.is_lost_on = is_lost_on  # type: ignore[attr-defined]
        return view

    return declare


def refuse_forms_of_others() -> None:
    """Refuse a form that was opened for somebody else than the caller; called before each request.

    Raises `LoginNeeded` when nobody is logged in any more, `FormOfAnother` when somebody else is.
    """
    if request.method != "POST" or request.endpoint is None or is_for_machines():
        return
    is_lost_on = getattr(current_app.view_functions[request.endpoint], "is_lost_on", None)
    if is_lost_on is None and Audience.ANYBODY in (audiences_of(current_app, request.endpoint) or frozenset()):
        return
    actor = current_actor()
    is_theirs = FormStamp(request.form.get("stamp", "")).is_of_the_caller
    if not is_theirs or (is_lost_on is not None and is_lost_on(actor)):
        raise LoginNeeded if actor.person_id is None else FormOfAnother
