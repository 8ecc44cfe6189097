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
from web.errors.refused_forms import FormOfAnother
from web.errors.typed_again import typed_form
from web.language.refusals import sentence_of
from web.pages.forms import Form
from web.pages.sending.own_name import refuse_forms_of_others
from web.pages.sending.staging import SentFiles, files_not_kept, receive_files
from web.pages.stamps import FormStamp
from web.requests.guard import LoginNeeded, may_use
from web.requests.identity.caller import current_actor
from web.requests.kept_forms import keep_form
from web.requests.rate_limits import is_too_often
from web.requests.security import may_be_shown_again, takes_form_with_files

View = TypeVar("View", bound=Callable[..., Any])
BAD_REQUEST, LOG_IN, CONFLICT = 400, 401, 409


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
    app.register_error_handler(FormOfAnother, on_form_of_another)
    app.before_request(refuse_forms_of_others)


def on_old_form(error: CSRFError) -> Response:
    """Answer 400 to a form whose form token is missing or too old, with the form and a new token.

    If nobody is logged in any more who may send it, it is kept until they are; if somebody else is, that is said.
    """
    if request.endpoint is None or not _has_content():
        return handlers.on_old_form(error)
    if not may_be_shown_again():
        return answer(problem(BAD_REQUEST, "form-and-files-again" if _has_files() else "form-again"))
    try:
        refuse_forms_of_others()
    except FormOfAnother as refused:
        return on_form_of_another(refused)
    except LoginNeeded as needed:
        return on_login_needed(needed)
    if current_actor().person_id is None and not may_use(request.endpoint):
        return on_login_needed(LoginNeeded())
    return _old_form_again()


def _old_form_again() -> Response:
    form = Form(request.form)
    files = _files_kept_with(form)
    code = "form-and-files-again" if files.refused else "form-again"
    form.refusal = sentence_of(code)
    files.show_in(form)
    page = page_again(str(request.endpoint), request.view_args or {}, form)
    return Response(page, BAD_REQUEST) if page else answer(problem(BAD_REQUEST, code))


def on_form_of_another(refused: FormOfAnother) -> Response:
    """Answer 409 with the form, to be read by whoever is logged in now; only to read where they have no such form."""
    form = Form(request.form)
    form.refuse(refused)
    _files_kept_with(form).show_in(form)
    page = page_again(str(request.endpoint), request.view_args or {}, form)
    return Response(page, CONFLICT) if page else answer(problem(CONFLICT, "form-of-another-kind"))


def on_login_needed(needed: LoginNeeded) -> Response:
    """Answer 401 with what was typed, which is kept until they have logged in; without a form, as ever.

    Files are kept for those only whom the form's stamp names: else anybody could have files rewritten and stored.
    """
    if is_for_machines() or not _has_content():
        return handlers.on_login_needed(needed)
    stamp = FormStamp(request.form.get("stamp", ""))
    files = _files_kept_with(Form(request.form)) if stamp.opened_by else files_not_kept()
    references = files.references(stamp.hash)
    hidden = {"stamp": [stamp.text], "staged": references} if references else {}
    if not keep_form(stamp.opened_by, hidden):
        return answer(problem(LOG_IN, "log-in-and-send"))
    kept = "log-in-to-send-files" if references else "log-in-to-send"
    return answer(problem(LOG_IN, "log-in-to-send-without-files" if files.refused else kept))


def _files_kept_with(form: Form) -> SentFiles:
    """Return the files of this request, stored where the form has a stamp of ours and did not come too often.

    It is called for a form that its view does not get.
    """
    if not takes_form_with_files() or not _has_files():
        return SentFiles()
    if FormStamp(form.typed("stamp")).age is None or is_too_often():
        return files_not_kept()
    return receive_files(form)


def _has_content() -> bool:
    return typed_form() is not None or (takes_form_with_files() and _has_files())


def _has_files() -> bool:
    return any(file.filename for file in request.files.values()) or bool(request.form.get("staged"))
