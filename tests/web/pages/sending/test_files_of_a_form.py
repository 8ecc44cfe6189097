"""SECURITY 7, 34, 35, 37: files of a form are rewritten while others write, one fails alone, none is lost."""

import io
import os
import re
import threading
from datetime import UTC, datetime
from urllib.parse import unquote

import pytest
import time_machine
from PIL import Image
from sqlalchemy import select
from support.files_to_send import PDF, a_jpeg, a_locked_pdf
from support.houses.small_pages import fields_of, stamp, visitor, words
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.test import stream_encode_multipart

from cases.access.actors import A_VISITOR
from cases.case import Case
from cases.files import rewriting
from cases.files.attachments import Attachment
from cases.handing_in import Request, hand_in
from cases.states import Kind, State

DISPOSITION = re.compile(r"attachment; filename=\"([^\"\\%;]+)\"; filename\*=UTF-8''(\S+)")
GOOD = {"title": "Lampan är släckt", "description": "Sedan i höst", "reach": "rut@example.se"}


def sent(*files):
    return [(io.BytesIO(content), name) for name, content in files]


def uploads(*files):
    return [FileStorage(io.BytesIO(content), name, "files") for name, content in files]


def send_large(browser, path, **form):
    """Send a form with files that are too large for the test client, which would leave a temporary file open."""
    body, _, boundary = stream_encode_multipart(
        MultiDict({"csrf_token": browser.form_token(), **form}), use_tempfile=False
    )
    kind = f"multipart/form-data; boundary={boundary}"
    return browser.browser.post(path, data=body.read(), content_type=kind)


def cases(web):
    with web.database.reading() as session:
        return session.scalars(select(Case).order_by(Case.id)).all()


def files_kept(web):
    with web.database.reading() as session:
        return sorted(session.scalars(select(Attachment.name)))


def stored(web):
    return list((web.settings.var / "attachments").glob("??/*"))


def test_files_that_fail_do_not_sink_the_report(web):
    browser = visitor(web)
    files = sent(("bra.jpg", a_jpeg()), ("sida.html", b"<html>"), ("trasig.jpg", a_jpeg()[:100]),
                 ("låst.pdf", a_locked_pdf("hemligt")), ("plan.pdf", PDF))  # fmt: skip
    answer = browser.send("/lamna", stamp=stamp(web), **GOOD, files=files)
    assert answer.status_code == 303
    assert files_kept(web) == ["bra.jpg", "plan.pdf"]
    receipt = browser.read(answer.location)
    assert "sida.html kan inte tas emot: bara JPEG, PNG och PDF går." in receipt
    assert "trasig.jpg går inte att läsa" in receipt
    assert "låst.pdf är låst med lösenord" in receipt


def test_the_receipts_page_lets_one_add_the_file_that_failed(sqlite_web):
    browser = visitor(sqlite_web)
    browser.send("/lamna", stamp=stamp(sqlite_web), **GOOD, files=sent(("a.html", b"x")))
    path = f"/arende/{cases(sqlite_web)[0].public_id}"
    assert fields_of(browser.get(path).text, f"{path}/filer")["csrf_token"]
    assert browser.send(f"{path}/filer", files=sent(("a.jpg", a_jpeg()))).status_code == 303
    assert files_kept(sqlite_web) == ["a.jpg"]
    assert "a.jpg" in browser.read(path)
    refused = browser.send(f"{path}/filer", files=sent(("b.html", b"x")))
    assert (refused.status_code, "b.html kan inte tas emot" in words(refused.text)) == (422, True)
    nothing = browser.send(f"{path}/filer")
    assert (nothing.status_code, "Välj en fil först." in words(nothing.text)) == (422, True)


def test_no_file_is_added_to_a_case_that_has_ended(sqlite_web):
    path = f"/arende/{sqlite_web.house.case(sqlite_web.house.reach(State.CLOSED)).public_id}"
    assert visitor(sqlite_web).send(f"{path}/filer", files=sent(("a.jpg", a_jpeg()))).status_code == 403
    assert files_kept(sqlite_web) == []


@pytest.mark.parametrize("given", [{"title": ""}, {"seconds": 1}, {"place": "atlantis"}, {"webbplats": "x"}])
def test_a_refused_form_keeps_its_files(sqlite_web, given):
    browser, given = visitor(sqlite_web), dict(given)
    files = sent(("lampa.jpg", a_jpeg()), ("x.html", b""))
    with time_machine.travel(datetime.now(UTC), tick=False):  # a slow machine takes longer than a form must
        shown = stamp(sqlite_web, given.pop("seconds", 10))
        answer = browser.send("/lamna", stamp=shown, **(GOOD | given), files=files)
    assert answer.status_code == 422
    assert "lampa.jpg" in words(answer.text)
    assert "x.html kan inte tas emot" in words(answer.text)
    again = fields_of(answer.text, "/lamna")
    assert len(again["staged"]) == 1
    assert len(stored(sqlite_web)) == 1
    # the same form, by then old enough
    form = again | {"title": "Lampan", "place": "", "stamp": shown if given else stamp(sqlite_web)}
    if not given:
        return
    assert browser.send("/lamna", **form).status_code == 303
    assert files_kept(sqlite_web) == ["lampa.jpg"]


def test_a_kept_file_counts_only_in_its_own_form(sqlite_web):
    browser = visitor(sqlite_web)
    answer = browser.send("/lamna", stamp=stamp(sqlite_web), title="", files=sent(("lampa.jpg", a_jpeg())))
    reference = fields_of(answer.text, "/lamna")["staged"]
    assert browser.send("/lamna", stamp=stamp(sqlite_web), **GOOD, staged=reference).status_code == 303
    forged = browser.send("/lamna", stamp=stamp(sqlite_web), **GOOD, staged="WyJ4Il0.x.y")
    assert forged.status_code == 303
    assert files_kept(sqlite_web) == []


def test_of_eleven_files_the_eleventh_is_left_out_and_named(sqlite_web):
    browser = visitor(sqlite_web)
    files = sent(*((f"{number}.jpg", a_jpeg()) for number in range(11)))
    answer = browser.send("/lamna", stamp=stamp(sqlite_web), **GOOD, files=files)
    assert len(files_kept(sqlite_web)) == 10
    assert "10.jpg kom inte med: ett ärende kan ha högst 10 filer." in browser.read(answer.location)


def test_what_failed_is_said_within_the_size_of_a_cookie(sqlite_web):
    files = sent(*((f"{'😀' * 100}{number}.html", b"x") for number in range(10)))
    answer = visitor(sqlite_web).send("/lamna", stamp=stamp(sqlite_web), **GOOD, files=files)
    assert answer.status_code == 303
    assert all(len(cookie) < 4_000 for cookie in answer.headers.getlist("Set-Cookie"))


def test_above_ten_megabytes_the_words_are_kept_and_the_files_that_fitted(sqlite_web):
    browser = visitor(sqlite_web)
    heavy = a_jpeg() + b"\0" * 6_000_000
    files = uploads(("ett.jpg", heavy), ("två.jpg", heavy), ("tre.jpg", a_jpeg()))
    answer = send_large(browser, "/lamna", stamp=stamp(sqlite_web), **GOOD, files=files)
    assert answer.status_code == 413
    page = words(answer.text)
    assert "Filerna är större än 10 MB tillsammans." in page
    assert (
        "2 filer fick inte plats i samma sändning. Lägg till dem igen, så skickas de för sig: två.jpg, tre.jpg" in page
    )
    again = fields_of(answer.text, "/lamna")
    assert (again["title"], again["description"]) == (["Lampan är släckt"], ["Sedan i höst"])
    assert cases(sqlite_web) == []
    assert browser.send("/lamna", **again).status_code == 303
    assert "ett.jpg" in files_kept(sqlite_web)


def test_what_did_not_fit_with_the_others_can_be_sent_for_itself(sqlite_web):
    browser, heavy = visitor(sqlite_web), a_jpeg() + b"\0" * 6_000_000
    files = uploads(("ett.jpg", heavy), ("två.jpg", heavy))
    answer = send_large(browser, "/lamna", stamp=stamp(sqlite_web), **GOOD, files=files)
    alone = "två.jpg fick inte plats i samma sändning som de andra. Lägg till den igen, så skickas den för sig."
    assert alone in words(answer.text)
    again = fields_of(answer.text, "/lamna")
    assert send_large(browser, "/lamna", **again, files=uploads(("två.jpg", heavy))).status_code == 303
    assert {"ett.jpg", "två.jpg"} <= set(files_kept(sqlite_web))


def test_what_is_too_large_for_itself_is_told_so(sqlite_web):
    files = uploads(("film.jpg", b"\xff\xd8\xff" + b"\0" * 11_000_000))
    answer = send_large(visitor(sqlite_web), "/lamna", stamp=stamp(sqlite_web), **GOOD, files=files)
    assert "film.jpg är större än 10 MB." in words(answer.text)
    assert "för sig" not in words(answer.text)


def test_a_body_beyond_what_is_read_still_has_its_words(sqlite_web, monkeypatch):
    monkeypatch.setattr("web.requests.parsing.multipart.LARGEST_READ", 11_000_000)
    files = uploads(("ett.jpg", b"\xff\xd8\xff" + b"\0" * 12_000_000))
    answer = send_large(visitor(sqlite_web), "/lamna", stamp=stamp(sqlite_web), **GOOD, files=files)
    assert answer.status_code == 413
    assert fields_of(answer.text, "/lamna")["description"] == ["Sedan i höst"]


def test_other_forms_are_read_up_to_ten_megabytes(sqlite_web):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    comment = {"text": "Jag har varit där", "files": uploads(("a.jpg", b"\0" * 11_000_000))}
    answer = send_large(visitor(sqlite_web, "officer"), f"/arenden/{ref}/kommentar", **comment)
    assert answer.status_code == 413
    assert "Jag har varit där" in answer.text
    huge = visitor(sqlite_web).browser.post("/lamna", data={"title": "x" * 11_000_000})
    assert huge.status_code == 413


@pytest.fixture
def held(tmp_path, monkeypatch):
    """The sandbox's process waits until `held()` is called; `held.began()` waits until it has begun."""
    begun, go_on = tmp_path / "begun", tmp_path / "go_on"
    for pipe in (begun, go_on):
        os.mkfifo(pipe)
    program = [*rewriting.PROGRAM]
    program[-1] = f"open({str(begun)!r}, 'w').close(); open({str(go_on)!r}).read(); {program[-1]}"
    monkeypatch.setattr(rewriting, "PROGRAM", program)

    def release():
        go_on.write_text("x")

    release.began = begun.read_text
    return release


def test_others_write_while_a_picture_is_rewritten(web, held):
    browser, answers = visitor(web), []
    form = {"stamp": stamp(web), **GOOD, "files": sent(("lampa.jpg", a_jpeg()))}
    slow = threading.Thread(target=lambda: answers.append(browser.send("/lamna", **form)))
    slow.start()
    held.began()
    with web.database.transaction() as session:
        hand_in(session, Request(Kind.ISSUE, "Under tiden"), by=A_VISITOR, at=datetime.now(UTC))
    assert [case.title for case in cases(web)] == ["Under tiden"]
    held()
    slow.join()
    assert [answer.status_code for answer in answers] == [303]
    assert [case.title for case in cases(web)] == ["Under tiden", GOOD["title"]]
    assert files_kept(web) == ["lampa.jpg"]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("va\u030aren.jpg", "våren.jpg"),
        ("bild 😀.jpg", "bild 😀.jpg"),
        ("a–b’c.jpg", "a–b’c.jpg"),
        ("zażółć.jpg", "zażółć.jpg"),
        ("\u202egpj.x.jpg", "gpj.x.jpg"),
        ("ö" * 300 + ".jpg", "ö" * 116 + ".jpg"),
        ("väg.jpg", "väg.jpg"),
        ("100%;filename=x.jpg", "100%;filename=x.jpg"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_file_of_any_name_is_given(sqlite_web, name, kept, method):
    browser = visitor(sqlite_web)
    files = [(io.BytesIO(a_jpeg()), name)]
    body = {"csrf_token": browser.form_token(), "stamp": stamp(sqlite_web), **GOOD, "files": files}
    assert browser.browser.post("/lamna", data=body).status_code == 303
    (case,), officer = cases(sqlite_web), visitor(sqlite_web, "officer")
    assert files_kept(sqlite_web) == [kept]
    with sqlite_web.database.reading() as session:
        number = session.scalars(select(Attachment.id)).one()
    for client, path in ((browser, f"/arende/{case.public_id}"), (officer, f"/arenden/{case.ref}")):
        given = client.browser.open(f"{path}/filer/{number}", method=method)
        header = given.headers["Content-Disposition"]
        assert given.status_code == 200
        assert header.isascii()
        assert header.isprintable()
        fallback, encoded = re.fullmatch(
            r"attachment; filename=\"([^\"\\%;]+)\"; filename\*=UTF-8''(\S+)", header
        ).groups()
        assert fallback.endswith(".jpg")
        assert unquote(encoded) == kept
        assert given.headers["X-Content-Type-Options"] == "nosniff"
        assert given.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
        assert given.content_type == "image/jpeg"


def test_an_image_that_is_rewritten_can_be_opened(sqlite_web):
    browser = visitor(sqlite_web)
    browser.send("/lamna", stamp=stamp(sqlite_web), **GOOD, files=sent(("a.jpg", a_jpeg((64, 32)))))
    with sqlite_web.database.reading() as session:
        number = session.scalars(select(Attachment.id)).one()
    given = browser.get(f"/arende/{cases(sqlite_web)[0].public_id}/filer/{number}")
    with Image.open(io.BytesIO(given.data)) as image:
        assert image.size == (32, 64)
