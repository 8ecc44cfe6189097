"""Error responses: a problem document (RFC 9457) for API clients, a page for browsers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from flask import Response, current_app, g, render_template, request
from markupsafe import escape

from web.current import is_for_machines
from web.errors.typed_again import typed_form
from web.language.refusals import sentence_of, title_of
from web.requests.partial_pages import show_whole

log = structlog.get_logger()

KIND = "application/problem+json"
PLAIN_PAGE = (
    '<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{title}</title>'
    "<main><h1>{title}</h1><p>{detail}</p><p><small>{id}</small></p></main></html>"
)


@dataclass(frozen=True)
class Problem:
    """What an error response says. `code` is our name for the kind of problem, `detail` a sentence that explains it.

    `errors` maps the name of each bad field to what is wrong with it. `facts` are further members of the problem
    document. `headers` are added to the response.
    """

    status: int
    code: str
    detail: str
    errors: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The short title of the problem, in the caller's language."""
        return title_of(self.code)

    @property
    def document(self) -> dict[str, Any]:
        """The problem document: `type` and `code` name the kind of problem, `instance` contains the request's id."""
        members = {
            "type": f"urn:ventil:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": f"urn:ventil:request:{g.request_id}",
            "code": self.code,
        }
        return members | dict(self.facts) | ({"errors": dict(self.errors)} if self.errors else {})


def problem(status: int, code: str, facts: Mapping[str, Any] | None = None, **more: Any) -> Problem:
    """Build the problem with this HTTP status and this code, our name for the kind of problem.

    Its `detail` is the sentence for the code in the caller's language, with `facts` (values by name) filled in.
    `more` are other fields of `Problem`, by name, such as `headers`.
    """
    return Problem(status, code, sentence_of(code, facts), **more)


def answer(reported: Problem) -> Response:
    """Build the response that describes a problem: a problem document for an API client, a page for a browser."""
    response = _document(reported) if is_for_machines() else show_whole(_page(reported))
    response.status_code = reported.status
    response.headers.update(reported.headers)
    return response


def _document(reported: Problem) -> Response:
    body = current_app.json.dumps(reported.document)
    return Response(body, content_type=KIND)


def _page(reported: Problem) -> Response:
    """Return the error page; a plain one when that cannot be rendered (database down, unknown host)."""
    try:
        return Response(render_template("error.html", problem=reported, typed=typed_form(), request_id=g.request_id))
    except Exception:
        log.warning("error_page.plain", code=reported.code)
        return Response(_plain(reported), content_type="text/html; charset=utf-8")


def _plain(reported: Problem) -> str:
    lang = "en" if request.args.get("lang") == "en" else "sv"
    return PLAIN_PAGE.format(
        lang=lang, title=escape(reported.title), detail=escape(reported.detail), id=escape(g.request_id)
    )
