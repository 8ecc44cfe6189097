"""Characters that cannot be stored are refused at every door, in words and beside their field; line ends are fine."""

import io
from urllib.parse import quote

import pytest
from sqlalchemy import select
from support.files_to_send import PDF
from support.houses.small_pages import stamp, visitor, words

from cases.files.attachments import Attachment
from cases.states import State

ODD = ("a\0b", "a\x1eb")
MORE = (*ODD, "a\x0bb", "a\x7fb", "a\uffffb")
IN_WORDS = "osynliga tecken"
LINES = "Första raden\r\n\tAndra raden\n\nTredje"


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("path", ["/arenden/{}", "/arende/{}", "/kvitto/{}", "/enhet/{}", "/folj/{}", "/logga-in/{}"])
def test_a_path_that_cannot_be_stored_is_not_found(web, path, odd):
    assert visitor(web, "contact").get(path.format(quote(odd))).status_code == 404


@pytest.mark.parametrize("odd", ODD)
@pytest.mark.parametrize("path", ["/?q={}", "/?place={}", "/sok?q={}", "/skrivbord?q={}", "/lamna?title={}", "/?{}=x"])
def test_a_query_that_cannot_be_stored_is_refused_in_words(web, path, odd):
    answer = visitor(web, "contact").get(path.format(quote(odd)))
    assert (answer.status_code, IN_WORDS in words(answer.text)) == (400, True)


@pytest.mark.parametrize(
    "name", ["endpoint", "_method", "_external", "_scheme", "_anchor", "ref", "public_id", "values"]
)
def test_a_parameter_of_a_strange_name_changes_nothing_but_stays_in_the_link_to_the_other_language(web, name):
    published = web.house.reach(State.DONE)
    for path in ("/", "/sok", f"/arende/{web.house.case(published).public_id}"):
        page = visitor(web).get(f"{path}?{name}=POST")
        assert page.status_code == 200
        assert f'{path}?{name}=POST&amp;lang=en"' in page.text


def test_the_link_to_the_other_language_keeps_all_values_of_a_parameter(sqlite_web):
    assert 'href="/?place=a&amp;place=b&amp;lang=en"' in visitor(sqlite_web).get("/?place=a&place=b&lang=sv").text


@pytest.mark.parametrize("number", [2**31, 2**63 - 1, 2**63, 2**70, "9" * 400])
@pytest.mark.parametrize("path", ["/forum/{}", "/arenden/{ref}/filer/{}", "/ring/{}", "/undanlagt/work/{}"])
def test_an_id_that_no_row_can_have_is_not_found(web, path, number):
    contact, ref = visitor(web, "contact"), web.house.reach(State.ASSIGNED)
    path = path.replace("{ref}", ref).format(number)
    assert (contact.send if path.startswith(("/ring", "/undan")) else contact.get)(path).status_code == 404


def test_a_number_that_no_row_can_have_is_refused_in_a_form(web):
    ref, contact = web.house.reach(State.ASSIGNED), visitor(web, "contact")
    for number in (2**31, 2**70, "9" * 5000):
        step = {"step": "comment", "version": number, "note": "Lagat"}
        assert contact.send(f"/arenden/{ref}/steg", **step).status_code == 422
        assert contact.send(f"/arenden/{ref}/radera", event=number, decision="Beslut 1").status_code == 422
        assert contact.send("/demo-login", person=number).status_code == 404


@pytest.mark.parametrize("odd", MORE)
def test_a_form_is_shown_again_with_the_reason_beside_the_field(web, odd):
    answer = visitor(web).send("/lamna", title=odd, description="Kvar", stamp=stamp(web))
    assert answer.status_code == 422
    assert IN_WORDS in words(answer.text) and "Kvar" in answer.text


FORMS = {
    "/arenden/{ref}/kommentar": {"text": "{}"},
    "/arenden/{ref}/steg": {"step": "finish", "note": "{}"},
    "/arenden/{ref}/ratta": {"title": "{}"},
    "/arenden/{ref}/hor-ihop": {"to": "{}"},
    "/arenden/{ref}/radera": {"event": "1", "decision": "{}"},
    "/arenden/{ref}/folj": {"email": "{}"},
    "/arende/{public_id}/kommentar": {"text": "{}"},
    "/forum": {"held_on": "2027-04-14", "name": "{}"},
    "/lamna": {"title": "Hål", "name": "{}"},
    "/lamna/flera": {"title-0": "{}"},
}


@pytest.mark.parametrize("path", FORMS)
def test_no_form_stores_what_cannot_be_stored(web, path):
    ref, contact = web.house.reach(State.ASSIGNED), visitor(web, "contact")
    public_id = web.house.case(ref).public_id
    for odd in ODD:
        form = {name: value.format(odd) for name, value in FORMS[path].items()}
        answer = contact.send(path.format(ref=ref, public_id=public_id), **form)
        assert (answer.status_code, IN_WORDS in words(answer.text)) == (422, True), odd


def test_no_file_has_a_name_that_cannot_be_stored(web):
    ref = web.house.reach(State.ASSIGNED)
    answer = visitor(web, "contact").send(f"/arenden/{ref}/filer", files=(io.BytesIO(PDF), "a\x1eb.pdf"))
    assert answer.status_code == 303
    with web.database.reading() as session:
        assert session.scalars(select(Attachment.name)).one() == "ab.pdf"


def test_an_address_that_cannot_be_stored_is_refused_by_the_log_in_as_everywhere(web):
    assert visitor(web).send("/logga-in", email="a\0@example.se").status_code == 422


@pytest.mark.parametrize("odd", [*MORE, "a\ud800b"])
@pytest.mark.parametrize("field", ["title", "description", "category", "place"])
def test_the_api_refuses_the_field(web, field, odd):
    answer = web.post("/cases", {"kind": "issue", "title": "Hål", field: odd})
    assert (answer.status_code, list(answer.json["errors"])) == (422, [field])


def test_a_title_is_one_line(web):
    for ending in ("\n", "\r", "\t", "\u2028", "\x85"):
        answer = web.post("/cases", {"kind": "issue", "title": f"Hål{ending}Subject: annat"})
        assert (answer.status_code, list(answer.json["errors"])) == (422, ["title"])


def test_a_long_text_may_have_lines_and_tabs(web):
    case = web.case(description=LINES)
    assert web.get(f"/cases/{case['public_id']}").json["description"] == LINES
    comment = web.post(f"/cases/{case['public_id']}/comments", {"text": LINES})
    assert comment.status_code == 201
    page = visitor(web).send(f"/arende/{case['public_id']}/kommentar", text=LINES)
    assert page.status_code == 303


def test_a_search_takes_twenty_words(web):
    web.house.hand_in(title="Lampan lyser inte", description="Den vid " + " ".join(f"ord{n}" for n in range(30)))
    many = " ".join(f"ord{n}" for n in range(20)) + " finns inte alls"
    assert "Lampan lyser inte" in visitor(web, "contact").read(f"/sok?q={quote(many)}")
    assert visitor(web).get(f"/?q={'ord+' * 1000}").status_code == 200
    assert visitor(web).get(f"/sok?q={'å' * 5000}").status_code == 200


def test_a_basic_authorization_that_is_not_base64_is_refused(sqlite_web):
    for header in ("Basic åä", "Basic", "Bearer", "", "x", "Bearer åä"):
        assert sqlite_web.get("/cases", headers={"Authorization": header}).status_code == 401
