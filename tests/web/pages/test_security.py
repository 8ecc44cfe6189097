"""Security of pages: nothing inline, no markup out of what people write, no form without its CSRF token."""

import re
from html.parser import HTMLParser

import pytest
from support.houses.small_pages import stamp, visitor, words

from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.states import State

CORPUS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "<svg/onload=alert(1)>",
    "javascript:alert(1)",
    "{{7*7}}",
    "{0.__class__}",
    "%(name)s",
    "</textarea><script>alert(1)</script>",
    "</title><b>fet",
)
PAGES = (
    "/",
    "/lamna",
    "/skrivbord",
    "/forum",
    "/ring",
    "/undanlagt",
    "/inkommet",
    "/skrivbord/skrappost",
    "/sok",
    "/logga-in",
    "/lamna/flera",
    "/finns-inte",
)


class ActiveContentParser(HTMLParser):
    """Finds what could run or style by itself in a page: scripts, handlers, styles."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "style" or (tag == "script" and not given.get("src", "").startswith("/static/")):
            self.found.append(tag)
        if tag in {"img", "svg"} and {"src", "onload"} & given.keys():
            self.found.append(tag)
        for name, value in attrs:
            if name == "style" or name.startswith(("on", "hx-on")) or (value or "").startswith("javascript:"):
                self.found.append(f"{tag} {name}")

    def handle_endtag(self, tag): ...


def alive_in(page: str) -> list[str]:
    """Return the active content of a page; the values of input fields do not count."""
    parser = ActiveContentParser()
    parser.feed(re.sub(r'(<input[^>]*) value="[^"]*"', r"\1", page))
    return parser.found


@pytest.mark.parametrize("path", PAGES)
def test_nothing_is_inline(sqlite_web, path):
    assert alive_in(visitor(sqlite_web, "contact").get(path).text) == []


def test_nothing_is_inline_on_the_pages_of_a_case(sqlite_web):
    for state in (State.RECEIVED, State.ASSIGNED, State.WAITING, State.PARKED, State.DONE, State.CLOSED):
        ref = sqlite_web.house.reach(state)
        public_id = sqlite_web.house.case(ref).public_id
        for path in (f"/arenden/{ref}", f"/arende/{public_id}", f"/kvitto/{public_id}"):
            assert alive_in(visitor(sqlite_web, "contact").get(path).text) == []


@pytest.mark.parametrize("evil", CORPUS)
def test_what_people_write_is_only_words(sqlite_web, evil):
    form = {"title": evil, "description": evil, "name": evil, "reach": "rut@example.se"}
    receipt = visitor(sqlite_web).send("/lamna", stamp=stamp(sqlite_web), **form).location
    public_id = receipt.rpartition("/")[2]
    with sqlite_web.database.transaction() as session:
        case = case_to_change(session, public_id)
        by, at = sqlite_web.house.actors["contact"], case.received_at
        correct(session, case, Correction(published=True), by=by, at=at)
        ref = case.ref
    contact = visitor(sqlite_web, "contact")
    contact.send(f"/arenden/{ref}/kommentar", text=evil, visibility="public")
    pages = {
        "private": visitor(sqlite_web).get(f"/arende/{public_id}").text,
        "published": visitor(sqlite_web).get(f"/arenden/{ref}").text,
        "staff": contact.get(f"/arenden/{ref}").text,
        "desk": contact.get("/skrivbord").text,
        "overview": visitor(sqlite_web).get("/").text,
    }
    for name, page in pages.items():
        assert evil in words(page) or "<" in evil, name
        assert alive_in(page) == [], name
        assert "49" not in re.findall(r"<h1>(.*?)</h1>", page), name


@pytest.mark.parametrize("evil", CORPUS)
def test_what_is_typed_again_is_only_words(sqlite_web, evil):
    refused = visitor(sqlite_web).send("/lamna", title="", description=evil, name=evil, reach=evil)
    assert refused.status_code == 422
    assert alive_in(refused.text) == []
    searched = visitor(sqlite_web).browser.get("/sok", query_string={"q": evil})
    assert searched.status_code == 200
    assert alive_in(searched.text) == []


def test_every_form_that_changes_something_needs_its_token(sqlite_web):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    contact = visitor(sqlite_web, "contact")
    for path in ("/lamna", f"/arenden/{ref}/steg", f"/arenden/{ref}/kommentar", "/forum", f"/arenden/{ref}/publicera"):
        assert contact.browser.post(path, data={"title": "x", "step": "plan"}).status_code == 400
    assert sqlite_web.house.case(ref).state is State.ASSIGNED


def test_every_form_on_a_page_carries_its_token(sqlite_web):
    ref = sqlite_web.house.reach(State.DONE)
    paths = (f"/arenden/{ref}", f"/arende/{sqlite_web.house.case(ref).public_id}", "/lamna", "/forum", "/lamna/flera")
    for path in paths:
        page = visitor(sqlite_web, "contact").get(path).text
        for form in re.findall(r'(?s)<form[^>]*method="post".*?</form>', page):
            assert 'name="csrf_token"' in form, path
