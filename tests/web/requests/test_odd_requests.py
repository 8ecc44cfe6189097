"""Whatever a request holds, it is never answered by an error of ours: odd values in every parameter of every route."""

import ast
import io
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

import pytest
from support.houses.small_pages import PageClient, visitor
from support.houses.small_web import Web
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from cases.database.cursors import encode_cursor
from cases.states import State
from web.pages.forms import TypedSchema
from web.pages.public.published_query import FILTERS
from web.pages.staff.desk import ASKED
from web.pages.staff.several_at_once import ONE_LINE
from web.schemas.queries import CaseListQuery

WEB = Path(__file__).parents[3] / "web"
HUGE = "9" * 5000
MULTIPART = "multipart/form-data"
NUL, BELL, SEPARATOR = "\0", "\a", "\x1e"
TAKEN_BY_URL_FOR = {"_method", "_anchor", "_scheme", "_external", "endpoint", "values", "self"}
VALUES = (
    "x",
    "",
    "-1",
    str(2**63),
    str(2**31),
    HUGE,
    f"a{NUL}b",
    f"a{SEPARATOR}b",
    "a\x7fb",
    "\r\nX-Evil: 1",
    "åäö\u2028",
    "%s %(x)s {x} {{7*7}}",
    "2026-02-30",
    "POST",
    "//evil.example",
    " ".join(f"ord{n}" for n in range(1000)),
    "ett-" * 500,
    "å" * 3000,
    "_ " * 300,
    '"a" OR -b:*<->!',
    encode_cursor("-received", None, 2**63 - 1),
    encode_cursor("due", "9999-12-31T23:59:59+00:00", 5),
    encode_cursor("due", "0001-01-01T00:00:00+23:59", 5),
    encode_cursor("2026-01-01", 2**63 - 1),
    encode_cursor("0001-01-01", 0),
    encode_cursor("x", True),
    quote("\udce5", errors="surrogatepass"),
)
WHO_READS = {
    "/?": ("q",),
    "/? ": ("after", "place", "state"),
    "/statistik?": ("period",),
    "/statistik? ": ("place", "category"),
    "/statistik.csv?": ("responsible",),
    "/sok?": ("q", "cursor", "after"),
    "/skrivbord?": ("q",),
    "/skrivbord?del=forsenat": ("cursor",),
    "/skrivbord?del=forsenat&fran=rest": ("cursor",),
    "/skrivbord?del=ror": ("cursor", "place"),
    "/enhet/gata?": ("cursor", "del"),
    "/enhet/gata?del=klara": ("cursor",),
    "/api/v1/cases?": ("q",),
    "/api/v1/cases?sort=due": ("cursor",),
    "/api/v1/cases? ": ("limit",),
}
PATHS = ("x", HUGE[:400], str(2**31), str(2**63), f"a{NUL}b", f"{SEPARATOR}", "..", "%s", "å\u2028", "2026-0001\n")
HEADERS = (
    {"Accept-Language": "\xff, sv;q=x, *;q=9" + ",a" * 500},
    {"Cookie": "ventil=x; ventil_login=\xe5\x01; ventil_lang=xx"},
    {"Authorization": "Basic \xe5\xe4"},
    {"Authorization": "Bearer \xe5\x7f"},
    {"If-Modified-Since": "x", "If-None-Match": '"', "Range": "bytes=9-1,x"},
    {"X-Forwarded-For": "x, \xff", "X-Forwarded-Proto": "x", "X-HTTP-Method-Override": "PUT"},
    {"Content-Type": "multipart/form-data"},
    {"Content-Type": "multipart/form-data; boundary=\xff" + "b" * 300},
    {"Content-Type": "application/json; charset=utf-7"},
    {"Content-Length": "x"},
    {"Idempotency-Key": "\x01"},
)


def words_given_to(*names: str) -> set[str]:
    """Return the constant first arguments of all calls of methods of these names in the web package."""
    calls = [
        node for file in WEB.rglob("*.py") for node in ast.walk(ast.parse(file.read_text())) if is_call(node, names)
    ]
    return {call.args[0].value for call in calls if call.args and isinstance(call.args[0], ast.Constant)}


def is_call(node: ast.AST, names: tuple[str, ...]) -> bool:
    return isinstance(node, ast.Call) and getattr(node.func, "attr", "") in names


def fields_of_forms() -> set[str]:
    """Return the names of the fields of all forms and of the API's queries."""
    kinds, found = [TypedSchema, CaseListQuery], set()
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        found |= set(kind._declared_fields)
    return found


LOOKED_UP = {
    name for name in words_given_to("get", "getlist", "typed", "text") if isinstance(name, str) and name.isidentifier()
}
NAMES = sorted(LOOKED_UP | {*FILTERS, *ASKED} | TAKEN_BY_URL_FOR)
AT_ONCE = {"sqlite": 2, "postgresql": 4}  # on PostgreSQL its own texts are what may fail
UNASKED_AT_ONCE = 20
FIELDS = sorted((LOOKED_UP | fields_of_forms() | {f"{name}-0" for name in ONE_LINE}) - {"webbplats", "stamp"})


class NotedQuery(ImmutableMultiDict[str, str]):
    """The query of a request, which notes the names that a view asks it for."""

    asked: ClassVar[set[str]] = set()

    def __getitem__(self, key: str) -> str:
        self.asked.add(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.asked.add(str(key))
        return super().__contains__(key)

    def get(self, key: str, *rest: Any, **more: Any) -> Any:
        self.asked.add(key)
        return super().get(key, *rest, **more)

    def getlist(self, key: str, *rest: Any, **more: Any) -> list[Any]:
        self.asked.add(key)
        return super().getlist(key, *rest, **more)


@pytest.fixture
def noted(web: Web, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names that views have asked their queries for, as they do so."""
    monkeypatch.setattr(web.app.request_class, "parameter_storage_class", NotedQuery)
    NotedQuery.asked.clear()
    return NotedQuery.asked


@pytest.fixture
def town(web: Web) -> dict[str, str]:
    """A case that is asked for, published or not, for the arguments of the routes."""
    ref = web.house.reach(State.ASSIGNED)
    case = web.house.case(ref)
    return {"ref": ref, "public_id": case.public_id, "slug": "gata", "number": "1", "kind": "work", "token": "x",
            "name": "x", "filename": "ventil.css"}  # fmt: skip


def rules(web: Web, method: str) -> list[Rule]:
    found = [rule for rule in web.app.url_map.iter_rules() if method in rule.methods]
    assert len(found) > 15
    return found


def path_of(rule: Rule, given: dict[str, str]) -> str:
    parts = [given.get(part, part) if is_argument else part for is_argument, part in rule._trace]
    return "".join(quote(part, safe="/") for part in parts if part != "|")


def token_in(page: TestResponse) -> str:
    return re.search(r'name="csrf_token" value="([^"]+)"', page.text).group(1)


def readers(web: Web) -> tuple[PageClient, PageClient]:
    return visitor(web), visitor(web, "contact")


def status_of(reader: PageClient, path: str) -> int:
    answer = reader.get(path)
    answer.close()  # else the file of a static answer stays open
    return answer.status_code


def is_to_log_in(answer: TestResponse) -> bool:
    return answer.status_code == 401 or answer.headers.get("Location", "").startswith("/logga-in")


def crashes(answers: Iterator[tuple[int, object]]) -> str:
    return "\n".join(f"{status} {what}" for status, what in answers if status >= 500)


def test_names_are_found():
    assert {"q", "after", "cursor", "del", "fran", "lang", "kind", "place", *TAKEN_BY_URL_FOR} <= set(NAMES)
    assert {"email", "title", "title-0", "due_on", "waiting_for", "version", "decision", "person"} <= set(FIELDS)


def test_no_parameter_of_any_name_makes_a_page_crash(web, town, noted):
    """Names that a view asks for come by few at a time; the others, which only what reads all can meet, by many."""
    values, reader = itertools.cycle(VALUES), visitor(web, "contact")
    names = {*NAMES, *town}
    at_once = AT_ONCE[web.database.engine.dialect.name]

    def answers():
        for rule in rules(web, "GET"):
            path, tried = path_of(rule, town), set[str]()
            noted.clear()
            yield status_of(reader, path), path
            while some := sorted(noted - tried)[:at_once] or sorted(names - tried)[:UNASKED_AT_ONCE]:
                tried |= set(some)
                query = urlencode(dict(zip(some, values, strict=False)))
                yield status_of(reader, f"{path}?{query}"), (path, query[:200])

    assert crashes(answers()) == ""


def test_no_value_of_a_parameter_makes_a_page_crash(web, town):
    def answers():
        for reader, value in itertools.product(readers(web), VALUES):
            for path, names in WHO_READS.items():
                query = urlencode(dict.fromkeys(names, value))
                yield status_of(reader, f"{path}&{query}"), (path, query[:200])

    assert crashes(answers()) == ""


def test_no_path_makes_a_page_crash(web, town):
    def answers():
        anybody, contact = readers(web)
        for reader, method in itertools.product((anybody, contact), ("GET", "POST")):
            for rule in rules(web, method):
                for odd in PATHS if rule.arguments else PATHS[:1]:
                    path = path_of(rule, town | dict.fromkeys(rule.arguments, odd))
                    answer = reader.browser.open(path, method=method)
                    yield answer.status_code, (method, path[:200])
                    if reader is anybody and is_to_log_in(answer):
                        break  # which is said before anything of the path is read

    assert crashes(answers()) == ""


def test_no_field_of_any_form_makes_a_page_crash(web, town):
    at_once = AT_ONCE[web.database.engine.dialect.name]
    values = itertools.cycle((*VALUES, "true", "plan", "unit:gata", "a.pdf", SEPARATOR, "9999-12-31", "0001-01-01"))

    def answers():
        for reader in readers(web):
            token = {"csrf_token": token_in(reader.get("/logga-in"))}
            for rule, _ in itertools.product(rules(web, "POST"), range(8 // at_once or 1)):
                form = {name: next(values) for name in FIELDS}
                files = {"files": (io.BytesIO(b"%PDF-1.4"), next(values)[:300])}
                path = path_of(rule, town)
                status = reader.browser.post(path, data=token | form | files, content_type=MULTIPART).status_code
                yield status, (path, str(form)[:2000])

    assert crashes(answers()) == ""


def test_no_header_makes_a_page_crash(web, town):
    def answers():
        for headers, rule in itertools.product(HEADERS, web.app.url_map.iter_rules()):
            for method in rule.methods & {"GET", "POST", "PATCH"}:
                path = path_of(rule, town)
                answer = web.browser().open(path, method=method, headers=headers, data=b"{")
                answer.close()
                yield answer.status_code, (method, path, headers)

    assert crashes(answers()) == ""
