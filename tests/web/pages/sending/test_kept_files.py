"""The files that a form holds: each counts once, and one that is lost, or refused, is told in a list by its kind."""

import io
import re

import pytest
from sqlalchemy import select
from support.files_to_send import PDF, a_jpeg
from support.houses.small_pages import fields_of, stamp, visitor, words

from cases.files.attachments import Attachment
from cases.states import State

GOOD = {"title": "Lampan är släckt", "description": "Sedan i höst", "reach": "rut@example.se"}
CHOOSE_AGAIN = "En fil kom inte med: välj den igen."


def sent(*names, content=None):
    return [(io.BytesIO(a_jpeg() if content is None else content), name) for name in names]


def names(web):
    with web.database.reading() as session:
        return sorted(session.scalars(select(Attachment.name)))


def refused_with_photo(browser):
    """A form that was refused for its empty title, and holds a photo."""
    answer = browser.send("/lamna", stamp=stamp(browser.web), **(GOOD | {"title": ""}), files=sent("lampa.jpg"))
    assert answer.status_code == 422
    return fields_of(answer.text, "/lamna") | {"title": GOOD["title"]}


def test_a_photo_survives_the_loss_of_all_cookies(web):
    browser = visitor(web)
    form = refused_with_photo(browser)
    browser.browser.delete_cookie("ventil")
    answer = browser.browser.post("/lamna", data=form)
    assert (answer.status_code, "lampa.jpg" in words(answer.text)) == (400, True)
    again = fields_of(answer.text, "/lamna")
    assert len(again["staged"]) == 1
    assert browser.browser.post("/lamna", data=again).status_code == 303
    assert names(web) == ["lampa.jpg"]


def test_a_photo_of_a_form_that_was_open_too_long_comes_along(sqlite_web):
    browser = visitor(sqlite_web)
    answer = browser.send("/lamna", stamp=stamp(sqlite_web, 23 * 3600), title="", files=sent("lampa.jpg"))
    again = fields_of(answer.text, "/lamna")
    assert browser.browser.post("/lamna", data=again | GOOD).status_code == 303
    assert names(sqlite_web) == ["lampa.jpg"]


@pytest.mark.parametrize("what", ["spent", "another's", "junk"])
def test_a_file_that_cannot_be_used_is_told(web, what, monkeypatch):
    monkeypatch.setattr("web.pages.forms.QUICKEST", 0)
    browser = visitor(web)
    form = refused_with_photo(browser)
    if what == "spent":
        browser.browser.post("/lamna", data=form)
        other = browser.browser.post("/lamna", data=form | {"title": "Bänken"})
        assert (other.status_code, other.text.count('name="staged"')) == (409, 1)
        form = fields_of(other.text, "/lamna")
    else:
        form |= {"stamp": stamp(web), "staged": form["staged"] if what == "another's" else ["WyJ4Il0.x.y"]}
    answer = browser.browser.post("/lamna", data=form)
    assert answer.status_code == 303
    said = "lampa.jpg kom inte med: välj den igen." if what == "spent" else CHOOSE_AGAIN
    assert said in browser.read(answer.location)
    assert names(web) == (["lampa.jpg"] if what == "spent" else [])


def test_a_file_that_cannot_be_used_is_told_in_a_form_that_is_refused(sqlite_web):
    browser = visitor(sqlite_web)
    answer = browser.send("/lamna", stamp=stamp(sqlite_web), title="", staged=["x", "y"])
    assert answer.status_code == 422
    assert "2 filer kom inte med: välj dem igen." in words(answer.text)


def test_the_same_file_three_times_is_one(web):
    browser = visitor(web)
    form = refused_with_photo(browser)
    answer = browser.browser.post("/lamna", data=form | {"staged": form["staged"] * 3})
    assert answer.status_code == 303
    assert names(web) == ["lampa.jpg"]
    assert "kom inte med" not in browser.read(answer.location)


def test_the_same_file_signed_twice_is_one(sqlite_web):
    browser = visitor(sqlite_web)
    form = refused_with_photo(browser)
    again = fields_of(browser.browser.post("/lamna", data=form | {"title": ""}).text, "/lamna")
    both = list({*form["staged"], *again["staged"]})
    assert browser.browser.post("/lamna", data=form | {"staged": both}).status_code == 303
    assert names(sqlite_web) == ["lampa.jpg"]


@pytest.mark.parametrize("part", ["arende", "arenden"])
def test_a_file_of_a_case_is_kept_with_a_form_that_was_sent_before(sqlite_web, part):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    public = sqlite_web.house.case(ref).public_id
    browser = visitor(sqlite_web, "officer" if part == "arenden" else None)
    page = f"/arenden/{ref}" if part == "arenden" else f"/arende/{public}"
    shown = fields_of(browser.get(page).text, f"{page}/filer")["stamp"]
    assert browser.send(f"{page}/filer", stamp=shown, files=sent("a.jpg")).status_code == 303
    answer = browser.send(f"{page}/filer", stamp=shown, files=sent("b.jpg"))
    assert answer.status_code == 409
    assert browser.browser.post(f"{page}/filer", data=fields_of(answer.text, f"{page}/filer")).status_code == 303
    assert names(sqlite_web) == ["a.jpg", "b.jpg"]


def items(page):
    """The items of the list of a field's refusals."""
    found = re.search(r'(?s)<ul class="ds-validation-message" id="files-refusal">(.*?)</ul>', page)
    return [words(one) for one in re.findall(r"(?s)<li>(.*?)</li>", found.group(1))] if found else []


def test_refused_files_are_a_list_with_a_line_for_each_kind(sqlite_web):
    files = [
        *sent("a.html", "b.html", "c.exe"),
        *sent("tom.jpg", content=b""),
        *sent("trasig.jpg", "d.jpg", content=a_jpeg()[:100]),
    ]
    answer = visitor(sqlite_web).send("/lamna", stamp=stamp(sqlite_web), title="", files=files)
    assert items(answer.text) == [
        "3 filer är varken JPEG, PNG eller PDF: a.html, b.html, c.exe",
        "tom.jpg kan inte tas emot: filen är tom.",
        "2 filer går inte att läsa och kan vara skadade: trasig.jpg, d.jpg",
    ]
    summary = re.search(
        r'(?s)<div class="ds-error-summary" role="alert" tabindex="-1" autofocus>.*?</div>', answer.text
    )
    assert summary.group(0).count("<li>") == 4


def test_the_receipt_has_one_message_with_a_list_after_its_thanks(sqlite_web):
    browser = visitor(sqlite_web)
    files = [*sent("bra.jpg"), *sent(*(f"{n}.html" for n in range(5))), *sent("tom.png", content=b"")]
    page = browser.get(browser.send("/lamna", stamp=stamp(sqlite_web), **GOOD, files=files).location).text
    text = words(page)
    assert page.count('data-color="warning"') == 1
    assert text.index("Tack. Vi har det.") < text.index("6 filer kom inte med")
    assert "5 filer är varken JPEG, PNG eller PDF: 0.html, 1.html, 2.html ..." in text
    assert "tom.png kan inte tas emot: filen är tom." in text
    assert text.count("Du kan lägga till filer på ärendets sida.") == 1


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (11, "10.jpg kom inte med: ett ärende kan ha högst 10 filer."),
        (13, "3 filer kom inte med, för ett ärende kan ha högst 10 filer: 10.jpg, 11.jpg, 12.jpg"),
    ],
)
def test_more_than_ten_photos_are_one_sentence(sqlite_web, count, said):
    browser = visitor(sqlite_web)
    answer = browser.send("/lamna", stamp=stamp(sqlite_web), **GOOD, files=sent(*(f"{n}.jpg" for n in range(count))))
    page = browser.get(answer.location).text
    lost = re.search(r'(?s)data-color="warning" role="status">(.*?)</div>', page).group(1)
    assert words(lost) == said


def test_what_is_named_wrongly_is_taken_by_its_content(sqlite_web):
    browser = visitor(sqlite_web)
    files = [*sent("bild.png", "IMG_1"), (io.BytesIO(PDF), "karta.jpg")]
    assert browser.send("/lamna", stamp=stamp(sqlite_web), **GOOD, files=files).status_code == 303
    assert names(sqlite_web) == ["IMG_1.jpg", "bild.jpg", "karta.pdf"]
