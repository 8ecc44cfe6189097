"""A form that could not be taken is shown again, with what was typed in it: on its own page where that can be shown.

Everywhere else the error page shows it (`web.errors.typed_again`).
"""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request
from flask_wtf.csrf import CSRFError

from cases.refusals import Refusal
from web.current import is_for_machines
from web.errors import handlers
from web.errors.problems import answer, problem
from web.errors.typed_again import typed_form
from web.language.refusals import sentence_of
from web.pages.forms import Form
from web.requests.guard import LoginNeeded, may_use
from web.requests.kept_forms import keep_form
from web.requests.security import may_be_shown_again

View = TypeVar("View", bound=Callable[..., Any])
BAD_REQUEST, LOG_IN = 400, 401


def shown_again_by(show: Callable[..., str]) -> Callable[[View], View]:
    """Decorate a view that takes a form: `show` returns the form's page, given the form and the view's arguments."""

    def declare(view: View) -> View:
        view.shown_again_by = show  # type: ignore[attr-defined]
        return view

    return declare


def page_again(endpoint: str, arguments: dict[str, Any], form: Form) -> str | None:
    """Return the page of the form that this endpoint takes; None when it has none that the caller may see."""
    show = getattr(current_app.view_functions[endpoint], "shown_again_by", None)
    if show is None or not may_use(endpoint):
        return None
    try:
        return str(show(form, **arguments))
    except Refusal:
        return None


def show_forms_again(app: Flask) -> None:
    """Make the app answer with the form what would else have cost what was typed in it."""
    app.register_error_handler(CSRFError, on_old_form)
    app.register_error_handler(LoginNeeded, on_login_needed)


def on_old_form(error: CSRFError) -> Response:
    """Answer 400 to a form whose form token is missing or too old, with the form and a new token."""
    if request.endpoint is None or typed_form() is None:
        return handlers.on_old_form(error)
    had_files = any(file.filename for file in request.files.values())
    code = "form-and-files-again" if had_files else "form-again"
    form = Form(request.form)
    form.refusal = sentence_of(code)
    page = page_again(request.endpoint, request.view_args or {}, form) if may_be_shown_again() else None
    return Response(page, BAD_REQUEST) if page else answer(problem(BAD_REQUEST, code))


def on_login_needed(needed: LoginNeeded) -> Response:
    """Answer 401 with what was typed, which is kept until they have logged in; without a form, as ever."""
    if is_for_machines() or typed_form() is None:
        return handlers.on_login_needed(needed)
    return answer(problem(LOG_IN, "log-in-to-send" if keep_form() else "log-in-and-send"))
