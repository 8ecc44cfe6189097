"""What went wrong, as a problem document (RFC 9457) for machines or as a page for people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from flask import Response, current_app, g, render_template, request
from markupsafe import escape

from web.current import is_for_machines
from web.language.refusals import sentence_of, title_of

log = structlog.get_logger()

KIND = "application/problem+json"
PLAIN_PAGE = (
    '<!doctype html><html lang="{lang}"><meta charset="utf-8"><title>{title}</title>'
    "<main><h1>{title}</h1><p>{detail}</p><p><small>{id}</small></p></main></html>"
)


@dataclass(frozen=True)
class Problem:
    """One refusal or failure. `errors` are sentences by field; `facts` are members of the document's own."""

    status: int
    code: str
    detail: str
    errors: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """The short name, in the asker's language."""
        return title_of(self.code)

    @property
    def document(self) -> dict[str, Any]:
        """The document: `type` and `code` name what it is, `instance` the request in our log."""
        known = {
            "type": f"urn:ventil:problem:{self.code}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": f"urn:ventil:request:{g.request_id}",
            "code": self.code,
        }
        return known | dict(self.facts) | ({"errors": dict(self.errors)} if self.errors else {})


def problem(status: int, code: str, facts: Mapping[str, Any] | None = None, **more: Any) -> Problem:
    """Give a problem whose sentence is the one that belongs to the code."""
    return Problem(status, code, sentence_of(code, facts), **more)


def answer(found: Problem) -> Response:
    """Answer with the problem, as the asker can read it."""
    response = _document(found) if is_for_machines() else _page(found)
    response.status_code = found.status
    response.headers.update(found.headers)
    return response


def _document(found: Problem) -> Response:
    body = current_app.json.dumps(found.document)
    return Response(body, content_type=KIND)


def _page(found: Problem) -> Response:
    """A page of the house; a plain one when not even that can be made (no records, a strange host)."""
    try:
        return Response(render_template("error.html", problem=found, request_id=g.request_id))
    except Exception:
        log.warning("error_page.plain", code=found.code)
        return Response(_plain(found), content_type="text/html; charset=utf-8")


def _plain(found: Problem) -> str:
    lang = "en" if request.args.get("lang") == "en" else "sv"
    return PLAIN_PAGE.format(lang=lang, title=escape(found.title), detail=escape(found.detail), id=escape(g.request_id))
