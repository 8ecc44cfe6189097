"""Forms on pages: what they do, and that a refused one keeps what was typed."""

import io
import re
from datetime import UTC, datetime

import pytest
from PIL import Image
from sqlalchemy import func, select, update
from support.houses.small_pages import stamp, visitor, words

from cases.case import Case
from cases.files.attachments import Attachment
from cases.parties import Party
from cases.states import State

GOOD = {"title": "Lampan är släckt", "description": "Sedan i höst", "reach": "rut@example.se"}


def handed_in(web):
    with web.database.reading() as session:
        return session.scalars(select(Case).order_by(Case.id)).all()


def photo():
    content = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(content, "JPEG")
    return io.BytesIO(content.getvalue())


def test_a_visitor_hands_in_and_gets_a_receipt(web):
    answer = visitor(web).send("/lamna", stamp=stamp(web), **GOOD)
    assert answer.status_code == 303
    (case,) = handed_in(web)
    page = visitor(web).read(answer.location)
    assert case.ref in page
    assert f"{web.settings.base_url}/arende/{case.public_id}" in page


def test_what_no_database_can_hold_is_refused_and_the_rest_kept(web):
    answer = visitor(web).send("/lamna", stamp=stamp(web), **(GOOD | {"title": "Lampan\0 är släckt"}))
    assert answer.status_code == 422
    assert "osynliga tecken" in words(answer.text)
    assert handed_in(web) == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"title": ""}, "Skriv med några ord vad det gäller."),
        ({"title": "x" * 201}, "Här får högst 200 tecken plats."),
        ({"reach": "ingenstans"}, "varken en mejladress eller ett telefonnummer"),
        ({"position": "norrut"}, "Skriv positionen som två tal"),
        ({"place": "atlantis"}, "Det finns ingen med namnet atlantis."),
    ],
)
def test_a_refused_form_keeps_what_was_typed(sqlite_web, given, said):
    answer = visitor(sqlite_web).send("/lamna", stamp=stamp(sqlite_web), **(GOOD | given))
    assert answer.status_code == 422
    assert said in words(answer.text)
    assert "Sedan i höst" in answer.text
    assert handed_in(sqlite_web) == []


@pytest.mark.parametrize(
    "given", [{"webbplats": "http://spam.example"}, {"stamp": "x"}, {"seconds": 1}, {"seconds": 90_000}]
)
def test_a_machine_is_asked_to_send_once_more(sqlite_web, given):
    form = {"stamp": stamp(sqlite_web, given.pop("seconds", 10)), **GOOD, **given}
    answer = visitor(sqlite_web).send("/lamna", **form)
    assert answer.status_code == 422
    assert "en gång till" in words(answer.text)
    assert "Lampan är släckt" in answer.text
    assert handed_in(sqlite_web) == []


def test_a_refused_stamp_is_replaced_so_that_sending_again_works(sqlite_web):
    answer = visitor(sqlite_web).send("/lamna", **GOOD, stamp="too-old")
    fresh = re.search(r'name="stamp" value="([^"]*)"', answer.text).group(1)
    assert fresh != "too-old"


def test_a_photo_comes_along(sqlite_web):
    files = [(photo(), "lampa.jpg")]
    assert visitor(sqlite_web).send("/lamna", stamp=stamp(sqlite_web), **GOOD, files=files).status_code == 303
    (case,) = handed_in(sqlite_web)
    assert "lampa.jpg" in visitor(sqlite_web).read(f"/arende/{case.public_id}")
    with sqlite_web.database.reading() as session:
        number = session.scalars(select(Attachment.id)).one()
    given = visitor(sqlite_web).get(f"/arende/{case.public_id}/filer/{number}")
    assert given.content_type == "image/jpeg"
    assert "sandbox" in given.headers["Content-Security-Policy"]
    assert visitor(sqlite_web, "officer").get(f"/arenden/{case.ref}/filer/{number}").status_code == 200
    assert visitor(sqlite_web, "member").get(f"/arenden/{case.ref}/filer/{number}").status_code == 404


def test_staff_hand_in_for_somebody_on_the_telephone(sqlite_web):
    form = {"title": "Brunnen", "channel": "phone", "name": "Nils", "phone": "0500-123 45", "group": "norrby"}
    assert visitor(sqlite_web, "contact").send("/lamna", **form).status_code == 303
    (case,) = handed_in(sqlite_web)
    assert (case.channel, case.group_id) == ("phone", sqlite_web.house.unit_id("norrby"))


@pytest.mark.parametrize(
    ("reach", "sentence"),
    [
        ("x@example..se", "Det går inte att skicka mejl till den här adressen: skriv den som namn@example.se."),
        ("x@example.se,y@example.se", "Det går inte att skicka mejl till den här adressen"),
        ("ö@example.se", "Det går inte att skicka mejl till en adress med å, ä, ö eller liknande bokstäver före @."),
        ("ring mig", "Det är varken en mejladress eller ett telefonnummer."),
    ],
)
def test_what_reaches_nobody_is_refused_beside_the_field_and_kept(sqlite_web, reach, sentence):
    answer = visitor(sqlite_web).send("/lamna", stamp=stamp(sqlite_web), **(GOOD | {"reach": reach}))
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert f'value="{reach}"' in answer.text
    assert handed_in(sqlite_web) == []


@pytest.mark.parametrize("field", ["email", "phone"])
def test_staff_are_refused_it_beside_the_field_too(sqlite_web, field):
    wrong = {"email": "x@example..se", "phone": "vet inte"}[field]
    answer = visitor(sqlite_web, "contact").send("/lamna", title="Brunnen", **{field: wrong})
    assert answer.status_code == 422
    sentence = {"email": "Det går inte att skicka mejl", "phone": "Det här är inget telefonnummer"}[field]
    assert sentence in words(answer.text)
    assert f'value="{wrong}"' in answer.text
    assert handed_in(sqlite_web) == []


@pytest.mark.parametrize(
    ("reach", "stored"),
    [
        (" Rut@Åby.example ", ("Rut@xn--by-xia.example", None)),
        ("08\u201312 34 56 ankn. 12", (None, "08\u201312 34 56 ankn. 12")),
        ("060.12.34.56", (None, "060.12.34.56")),
    ],
)
def test_an_address_and_a_number_are_stored_so_that_they_can_be_used(sqlite_web, reach, stored):
    assert visitor(sqlite_web).send("/lamna", stamp=stamp(sqlite_web), **(GOOD | {"reach": reach})).status_code == 303
    with sqlite_web.database.reading() as session:
        party = session.scalars(select(Party)).one()
    assert (party.email, party.phone) == stored


def test_following_with_an_address_that_reaches_nobody_is_refused_with_what_was_typed(sqlite_web):
    ref = sqlite_web.house.hand_in()
    sqlite_web.patch(f"/cases/{ref}", {"published": True}, by="contact")
    answer = visitor(sqlite_web).send(f"/arenden/{ref}/folj", email="x@example..se")
    assert answer.status_code == 422
    assert "Det går inte att skicka mejl till den här adressen" in words(answer.text)
    assert 'value="x@example..se"' in answer.text


def test_a_visitor_cannot_hand_in_for_a_group(sqlite_web):
    form = {**GOOD, "group": "norrby", "channel": "phone"}
    visitor(sqlite_web).send("/lamna", stamp=stamp(sqlite_web), **form)
    (case,) = handed_in(sqlite_web)
    assert (case.channel, case.group_id) == ("web", None)


def test_several_are_taken_in_at_once_or_none(sqlite_web):
    contact = visitor(sqlite_web, "contact")
    lines = {"title-0": "Ett", "title-3": "Fyra", "place-3": "norrby", "channel": "meeting", "group": "norrby"}
    assert contact.send("/lamna/flera", **lines).status_code == 303
    assert [case.title for case in handed_in(sqlite_web)] == ["Ett", "Fyra"]
    refused = contact.send("/lamna/flera", **{**lines, "place-3": "atlantis"})
    assert refused.status_code == 422
    assert "Fyra" in refused.text
    assert len(handed_in(sqlite_web)) == 2


def test_the_desk_assigns_and_the_department_plans(web):
    ref = web.house.hand_in()
    step = f"/arenden/{ref}/steg"
    given = {"step": "assign", "version": 1, "responsible": "gata", "officer": "officer@example.se"}
    assert visitor(web, "contact").send(step, **given).status_code == 303
    assert visitor(web, "officer").send(step, step="plan", version=2, due_on="2027-03-01").status_code == 303
    case = web.house.case(ref)
    assert (case.state, case.promised_on.isoformat()) == (State.PLANNED, "2027-03-01")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"step": "plan"}, "Ange ett datum."),
        ({"step": "plan", "due_on": "i vår"}, "Skriv dagen som "),
        ({"step": "plan", "due_on": "31 april 2031"}, "Den dagen finns inte. Kontrollera dag och månad."),
        ({"step": "plan", "due_on": "1999-01-01"}, "Datumet ska vara tidigast"),
        ({"step": "finish", "due_on": ""}, "Skriv vad som är gjort, eller svaret: den som frågade får läsa det."),
        ({"step": "send_back"}, "Skriv varför: den som frågade får läsa det."),
        ({"step": "wait", "waiting_for": "other"}, "Skriv vem ärendet väntar på."),
        ({"step": "wait", "waiting_for": "forum"}, "Det finns ingen med namnet forum."),
        ({"step": "wait", "waiting_for": "REPORTER:x"}, "Det finns ingen med namnet REPORTER."),
        ({"step": "wait", "waiting_for": "unit:nosuch"}, "Det finns ingen med namnet nosuch."),
        ({"step": "wait", "waiting_for": "unit:"}, "Det finns ingen med namnet"),
        ({"step": "park", "due_on": "2027-03-01"}, "Du har inte behörighet"),
    ],
)
def test_a_refused_step_says_why_and_keeps_what_was_typed(sqlite_web, given, said):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    typed = {"version": 2, "promised_on": "2027-05-05", "their_ref": "TRV 17", **given}
    answer = visitor(sqlite_web, "officer").send(f"/arenden/{ref}/steg", **typed)
    assert answer.status_code in {403, 422}
    assert said in words(answer.text)
    assert "TRV 17" in answer.text
    assert sqlite_web.house.case(ref).state is State.ASSIGNED


def test_the_second_is_told_what_happened_in_between(sqlite_web):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    sqlite_web.house.change(ref, State.IN_PROGRESS, by="officer", note="Grävskopan är här")
    typed = {"step": "plan", "version": 2, "due_on": "2027-03-01", "note": "Till våren"}
    contact = visitor(sqlite_web, "contact")
    answer = contact.send(f"/arenden/{ref}/steg", **typed)
    assert answer.status_code == 409
    assert "Det här hände medan du skrev" in words(answer.text)
    assert "Gata arbetar med det" in words(answer.text)
    assert "Till våren" in answer.text
    version = re.search(r'name="version" value="(\d+)"', answer.text).group(1)
    assert contact.send(f"/arenden/{ref}/steg", **(typed | {"version": version})).status_code == 303


def test_the_second_is_told_so_even_when_no_step_takes_the_fields_that_they_saw(sqlite_web):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    sqlite_web.house.change(ref, State.DONE, by="officer", note="Lagat")
    typed = {
        "step": "wait",
        "version": 2,
        "waiting_for": "other",
        "waiting_name": "Trafikverket",
        "due_on": "2027-03-01",
    }
    answer = visitor(sqlite_web, "contact").send(f"/arenden/{ref}/steg", note="De frågar sin chef", **typed)
    assert answer.status_code == 409
    assert "Det här hände medan du skrev" in words(answer.text) and "Klart, säger Gata" in words(answer.text)
    assert "De frågar sin chef" in answer.text


def test_a_case_goes_to_no_unit_that_there_is_not(sqlite_web):
    ref = sqlite_web.house.hand_in()
    form = {"step": "assign", "version": 1, "responsible": "nosuch"}
    answer = visitor(sqlite_web, "contact").send(f"/arenden/{ref}/steg", **form)
    assert (answer.status_code, "Det finns ingen med namnet nosuch." in words(answer.text)) == (422, True)


def test_the_form_takes_the_step_that_was_chosen(sqlite_web):
    ref = sqlite_web.house.reach(State.WAITING)
    contact, version = visitor(sqlite_web, "contact"), sqlite_web.house.case(ref).version
    answer = contact.send(f"/arenden/{ref}/steg", step="assign", version=version, responsible="", note="Till gatan")
    assert (answer.status_code, "Välj en enhet." in words(answer.text)) == (422, True)
    assert sqlite_web.house.case(ref).state is State.WAITING
    assert contact.send(f"/arenden/{ref}/steg", step="answer", version=version).status_code == 303
    assert [event.type for event in sqlite_web.house.events(ref)][-1] == "case.answered"


def test_comments_are_read_by_those_they_are_for(sqlite_web):
    ref = sqlite_web.house.reach(State.ASSIGNED, by="member", group="norrby")
    officer = visitor(sqlite_web, "officer")
    for visibility in ("public", "participants", "internal"):
        form = {"text": f"Ord för {visibility}", "visibility": visibility}
        assert officer.send(f"/arenden/{ref}/kommentar", **form).status_code == 303
    assert "Ord för internal" in officer.read(f"/arenden/{ref}")
    member = visitor(sqlite_web, "member").read(f"/arenden/{ref}")
    assert "Ord för participants" in member
    assert "Ord för internal" not in member


def test_an_empty_comment_is_refused_in_its_form(sqlite_web):
    ref = sqlite_web.house.reach(State.ASSIGNED)
    answer = visitor(sqlite_web, "officer").send(f"/arenden/{ref}/kommentar", text=" ", visibility="public")
    assert answer.status_code == 422


def test_the_one_who_asked_answers_and_the_case_goes_on(sqlite_web):
    ref = sqlite_web.house.reach(State.WAITING)
    path = f"/arende/{sqlite_web.house.case(ref).public_id}"
    assert "Svara på vår fråga" in visitor(sqlite_web).read(path)
    assert visitor(sqlite_web).send(f"{path}/kommentar", text="Vid bron").status_code == 303
    assert sqlite_web.house.case(ref).state is State.ASSIGNED


def test_it_is_not_fixed(sqlite_web):
    ref = sqlite_web.house.reach(State.DONE, at=datetime.now(UTC))
    path = f"/arende/{sqlite_web.house.case(ref).public_id}"
    assert visitor(sqlite_web).send(f"{path}/inte-atgardat", note="").status_code == 422
    assert visitor(sqlite_web).send(f"{path}/inte-atgardat", note="Fortfarande släckt").status_code == 303
    assert sqlite_web.house.case(ref).state is State.ASSIGNED
    again = visitor(sqlite_web).send(f"{path}/inte-atgardat", note="Hallå")
    assert again.status_code in {403, 409}
    assert "Hallå" in words(again.text) or "Fördelat" in words(again.text)


def test_staff_correct_and_connect(sqlite_web):
    ref, other = sqlite_web.house.reach(State.ASSIGNED), sqlite_web.house.hand_in("Annat")
    officer = visitor(sqlite_web, "officer")
    right = {"title": "Hål i Storgatan", "category": "trafik", "place": "norrby", "quick_win": "1"}
    assert officer.send(f"/arenden/{ref}/ratta", **right).status_code == 303
    assert officer.send(f"/arenden/{ref}/hor-ihop", to=other).status_code == 303
    assert officer.send(f"/arenden/{ref}/hor-ihop", to="2020-0404").status_code == 422
    page = officer.read(f"/arenden/{ref}")
    assert all(said in page for said in ("Hål i Storgatan", "Lättfixat", other))


def test_publishing_shows_first_what_will_be_masked(sqlite_web):
    ref = sqlite_web.house.reach(State.ASSIGNED, description="Ring 070-123 45 67")
    contact = visitor(sqlite_web, "contact")
    preview = contact.read(f"/arenden/{ref}/publicera")
    assert "[telefonnummer borttaget]" in preview
    assert "070" not in preview
    assert contact.send(f"/arenden/{ref}/publicera").status_code == 303
    assert visitor(sqlite_web).get(f"/arenden/{ref}").status_code == 200


def test_a_meeting_is_planned_once(sqlite_web):
    contact, meeting = visitor(sqlite_web, "contact"), {"name": "Vårens forum", "held_on": "2027-04-14"}
    assert contact.send("/forum", **meeting).status_code == 303
    assert contact.send("/forum", **meeting).status_code == 422
    refused = contact.send("/forum", name="Höstens forum", held_on="i höst")
    assert (refused.status_code, "Höstens forum" in refused.text) == (422, True)
    assert visitor(sqlite_web, "member").send("/forum", **meeting).status_code == 403


def test_what_waits_for_the_forum_stands_on_the_agenda_masked(sqlite_web):
    contact = visitor(sqlite_web, "contact")
    contact.send("/forum", name="Vårens forum", held_on="2027-04-14")
    ref = sqlite_web.house.reach(State.ASSIGNED, title="Lekplatsen", description="Ring 070-123 45 67")
    given = {"step": "wait", "version": 2, "waiting_for": "unit:forum", "due_on": ""}
    contact.send(f"/arenden/{ref}/steg", **given)
    agenda = visitor(sqlite_web, "representative").read("/forum/1")
    assert "Lekplatsen" in agenda
    assert "Väntar på forumet" in agenda
    assert "070-123" not in agenda


def test_who_only_meets_about_a_case_reads_what_was_asked_masked(sqlite_web):
    ref = sqlite_web.house.reach(State.ASSIGNED, title="Lekplatsen", description="Ring 070-123 45 67")
    contact, representative = visitor(sqlite_web, "contact"), visitor(sqlite_web, "representative")
    assert representative.get(f"/arenden/{ref}").status_code == 404
    assert contact.send(f"/arenden/{ref}/dagordning").status_code == 303
    assert "[telefonnummer borttaget]" in representative.read(f"/arenden/{ref}")
    assert "070-123" not in representative.read(f"/arenden/{ref}")
    assert "070-123 45 67" in contact.read(f"/arenden/{ref}")
    told = sqlite_web.get(f"/cases/{ref}", by="representative").json
    assert told["description"] == "Ring [telefonnummer borttaget]"


def test_of_a_very_long_history_the_latest_is_shown(sqlite_web, monkeypatch):
    monkeypatch.setattr("web.pages.case.timeline.MOST_LINES", 3)
    monkeypatch.setattr("cases.reading.timeline.MOST_LINES", 3)
    ref, contact = sqlite_web.house.reach(State.ASSIGNED), visitor(sqlite_web, "contact")
    for number in range(4):
        contact.send(f"/arenden/{ref}/kommentar", text=f"Nummer {number}", visibility="public")
    page = contact.read(f"/arenden/{ref}")
    assert [number for number in range(4) if f"Nummer {number}" in page] == [1, 2, 3]
    assert "De första 3 händelserna visas inte här." in page
    assert f'href="/arenden/{ref}?fore=4#historik">Visa äldre</a>' in contact.get(f"/arenden/{ref}").text
    older = contact.read(f"/arenden/{ref}?fore=4")
    assert [number for number in range(4) if f"Nummer {number}" in older] == [0]
    assert "En del av historiken: 3 senare händelser visas inte här." in older
    assert f'href="/arenden/{ref}#historik">Visa de senaste</a>' in contact.get(f"/arenden/{ref}?fore=4").text
    assert "Visa äldre" not in older
    for odd in ("x", "-1", "9" * 30, "1" * 10):
        assert "Nummer 3" in contact.read(f"/arenden/{ref}?fore={odd}")


def test_the_one_who_asked_is_told_that_a_part_is_a_part(sqlite_web, monkeypatch):
    monkeypatch.setattr("web.pages.case.timeline.MOST_LINES", 3)
    monkeypatch.setattr("cases.reading.timeline.MOST_LINES", 3)
    ref = sqlite_web.house.hand_in()
    for number in range(4):
        sqlite_web.house.comment(ref, f"Nummer {number}", by="reporter")
    own = f"/arende/{sqlite_web.house.case(ref).public_id}"
    page = visitor(sqlite_web).read(own)
    assert "De första 2 händelserna visas inte här." in page
    assert f'href="{own}?fore=3#historik">Visa äldre</a>' in visitor(sqlite_web).get(own).text
    assert "Nummer 0" in visitor(sqlite_web).read(f"{own}?fore=3")


def test_pages_of_the_desk_neither_skip_nor_repeat(sqlite_web):
    for number in range(60):
        sqlite_web.house.hand_in(f"Nummer {number:02d}")
    with sqlite_web.database.transaction() as session:
        session.execute(update(Case).where(Case.id % 2 == 0).values(quick_win=True))
    contact, seen, path = visitor(sqlite_web, "contact"), [], "/skrivbord?del=inkommet"
    for _ in range(3):
        page = contact.get(path).text
        seen += re.findall(r">Nummer (\d\d)<", page)
        more = re.search(r'data-variant="secondary" href="([^"]*fran=[^"]*)"', page)
        path = more.group(1).replace("&amp;", "&") if more else None
    assert path is None
    assert seen == [f"{n:02d}" for n in range(60) if n % 2] + [f"{n:02d}" for n in range(60) if n % 2 == 0]


def test_everything_is_counted_in_the_database_not_in_the_form(sqlite_web):
    form = {**GOOD, "state": "closed", "responsible": "gata", "published": "1", "ref": "2020-0001"}
    visitor(sqlite_web).send("/lamna", stamp=stamp(sqlite_web), **form)
    (case,) = handed_in(sqlite_web)
    assert (case.state, case.responsible_id, case.published_at) == (
        State.RECEIVED,
        sqlite_web.house.unit_id("desk"),
        None,
    )
    with sqlite_web.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1
