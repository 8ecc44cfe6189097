"""Over every route: who only sits in a body reads what is on its open agenda, public words, masked, and no more."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from support.canaries import decoded, send
from support.files_to_send import PDF
from support.houses.small_house import MONDAY, SINCE, copied_sqlite, furnish
from support.houses.small_pages import PageClient, visitor
from support.houses.small_web import Web, open_web
from support.plans.plan_acts import WHOLE, PlanActs, content_of
from support.rights_table import ASKED, CHANGES_A_CASE, CHANGES_KEYS, ENDS_SESSIONS
from support.today import today
from werkzeug.test import TestResponse

from cases.access.actors import actor_for
from cases.access.tokens import make_api_token
from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.handing_in import Reporter
from cases.history.words import Visibility
from cases.meetings.agenda_items import choose_for_agenda
from cases.meetings.meeting import MeetingPlan, plan_meeting
from cases.organisation.people import Membership, Person, Role
from cases.organisation.units import Unit, UnitKind
from cases.progress import WaitingFor
from cases.reporters.protecting import set_protection
from cases.states import State

COMMON = "pelargon"  # stands in every text, to be searched for
KINDS = ("agenda", "waits", "board", "other", "settled", "protected", "group", "at_rad")
ON_AGENDA = {"agenda", "waits"}  # of the forum
# By case: words of its title, of a comment for those who take part and of one for staff, of its reporter and its file.
TITLE, PARTICIPANTS, INTERNAL, REPORTER, FILE = "titel", "deltagare", "internt", "anmalare", "fil"
DRAFT = "utkastkanarie"
SEES = {  # by who: the words of a case that they read, by the case; nothing of any other
    "representative": {kind: {TITLE} for kind in ON_AGENDA},
    "adviser": {"at_rad": {TITLE}},
    "both": {kind: {TITLE} for kind in ON_AGENDA} | {"group": {TITLE, PARTICIPANTS, FILE}},
    "former": {},
}
WRITES = {"both"}  # as a member of norrby: reads its draft, and is not let send forms, which would change it
NOT_ASKED = {*ENDS_SESSIONS, *CHANGES_A_CASE, *CHANGES_KEYS}  # asked last, or by nobody who may


def canary(kind: str, what: str) -> str:
    return f"{kind.replace('_', '')}{what}sorkvatten"


CANARIES = {
    canary(kind, what): (kind, what) for kind in KINDS for what in (TITLE, PARTICIPANTS, INTERNAL, REPORTER, FILE)
}


@dataclass
class SeatTown:
    """The small municipality with another body, rad, cases of each kind, and people who only sit in bodies."""

    web: Web
    refs: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)


def people(web: Web) -> None:
    """Add rad, who sits there, who sits in the forum for norrby and is a member of it, and who sat there before."""
    with web.database.transaction() as session:
        rad = Unit(slug="rad", kind=UnitKind.FORUM, name="Rådet", email="rad@example.se")
        session.add(rad)
        session.flush()
        forum, norrby = web.house.unit_id("forum"), web.house.unit_id("norrby")
        seat = {"unit_id": forum, "for_unit_id": norrby}
        day = today()
        roles = {
            "adviser": [{"unit_id": rad.id, "sector": "citizens", "slot": 1}],
            "both": [{"unit_id": norrby}, {**seat, "slot": 1}],
            "former": [{**seat, "slot": 2, "until": day}, {**seat, "slot": 2, "since": day + timedelta(days=1)}],
        }
        for who, held in roles.items():
            person = Person(email=f"{who}@example.se", name=who.title())
            session.add(person)
            session.flush()
            for given in held:
                session.add(Membership(**{"person_id": person.id, "role": Role.MEMBER, "since": SINCE, **given}))
            session.flush()
            web.tokens[who] = make_api_token(session, person, datetime.now(UTC))
            found = actor_for(session, person.id, on=day)
            assert found is not None
            web.house.actors[who] = found


def a_case(town: SeatTown, kind: str) -> None:
    """Make the case of this kind, with a canary in each of its texts."""
    web, house = town.web, town.web.house
    ref = house.reach(
        State.ASSIGNED,
        title=f"{COMMON} {canary(kind, TITLE)}",
        description=f"{COMMON} ring 070-123 45 67",
        reporter=Reporter(canary(kind, REPORTER), f"{kind}@hemma.example", "0765-43 21 98"),
        group="norrby" if kind == "group" else "soderby",
    )
    for what, seen in ((PARTICIPANTS, Visibility.PARTICIPANTS), (INTERNAL, Visibility.INTERNAL)):
        house.comment(ref, f"{COMMON} {canary(kind, what)}", seen, by="officer")
    file = (BytesIO(PDF), f"{canary(kind, FILE)}.pdf")
    assert visitor(web, "officer").send(f"/arenden/{ref}/filer", files=file).status_code == 303
    awaited = {"waits": "forum", "board": "byggnamnd", "at_rad": "rad", "protected": "forum"}.get(kind)
    if awaited:
        waits = WaitingFor("unit", unit=awaited)
        house.change(ref, State.WAITING, waiting_for=waits, note=f"{COMMON}?", at=MONDAY)
    with web.database.transaction() as session:
        case = case_to_change(session, ref)
        contact = house.actors["contact"]
        if kind in {"agenda", "settled"}:
            choose_for_agenda(session, case, by=contact, at=MONDAY)
        if kind == "protected":
            set_protection(session, case, True, "Ringde", by=contact, at=MONDAY)
        town.refs[kind], town.keys[kind] = case.ref, case.public_id
    if kind == "settled":
        house.change(ref, State.DONE, note="Lagat", at=datetime.now(UTC))


@pytest.fixture(scope="module")
def town(run_folder, tmp_path_factory) -> Iterator[SeatTown]:
    folder = tmp_path_factory.mktemp("seats")
    made = SeatTown(open_web(copied_sqlite(run_folder, folder, "small_house", furnish), folder))
    people(made.web)
    plan = PlanActs(made.web.house)
    made.web.house.sweep(MONDAY)
    plan.adopted(WHOLE)
    plan.put(content_of(plan.begin(at=MONDAY + timedelta(days=30)), vision=DRAFT), at=MONDAY + timedelta(days=30))
    for kind in KINDS:
        a_case(made, kind)
    with made.web.database.transaction() as session:
        days = (today() - timedelta(days=2), today() + timedelta(days=30))
        for day in days:
            plan_meeting(session, MeetingPlan(day, f"Forum {day}"))
    yield made
    made.web.database.close()


def requests(town: SeatTown) -> Iterator[tuple[str, str, str]]:
    """Yield (rule, method, path) for each route, with each case and unit that it may name; a file with its own case.

    What is sent names two of the cases: one on the agenda, and one that is not.
    """
    slugs, sent = ("norrby", "forum", "rad"), {town.refs["agenda"], town.refs["other"], ""}
    for rule in town.web.app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH"}):
            name = f"{method} {rule}"
            if name in NOT_ASKED or str(rule).startswith(("/static/", "/logga-ut")):
                continue
            refs = enumerate(town.refs.values(), start=1) if "<ref>" in str(rule) else ((1, ""), (2, ""))
            for number, ref in refs:
                if method != "GET" and ref not in sent:
                    continue
                for slug in slugs if "<slug>" in str(rule) else ("",):
                    path = filled(str(rule), ref, slug, number)
                    if number == 1 or ref or "<int:" in str(rule):
                        yield name, method, path


def filled(rule: str, ref: str, slug: str, number: int) -> str:
    given = {"ref": ref, "slug": slug, "form": "csv", "kind": "work", "public_id": "a" * 22, "token": "a" * 43}
    path = re.sub(r"<int:[a-z_]+>", str(number), rule)
    path = re.sub(r"<(?:any\([^)]*\):)?([a-z_]+)>", lambda found: given.get(found[1], "1"), path)
    asks = {"/sok": f"?q={COMMON}", "/api/v1/cases": f"?q={COMMON}", "/arenden": f"?q={COMMON}"}
    return path + asks.get(path, "")


def answer(town: SeatTown, who: str, client: PageClient, csrf: str, request: tuple[str, str, str]) -> TestResponse:
    name, method, path = request
    asked = ASKED.get(name)
    if path.startswith("/api/"):
        headers = {"Authorization": f"Bearer {town.web.tokens[who]}"}
        body = {"json": dict(asked.json) if asked else {}} if method != "GET" else {}
        return town.web.browser().open(path, method=method, headers=headers, **body)
    if method == "GET":
        return client.browser.get(path)
    form = {"csrf_token": csrf, **(dict(asked.form) if asked else {})}
    return client.browser.post(path, data=form, content_type="multipart/form-data")


def said(content: bytes) -> str:
    return content.decode("utf-8", "ignore").lower()


@pytest.mark.parametrize("who", SEES)
def test_over_every_route_a_seat_reads_its_own_open_agenda_and_no_more(town: SeatTown, who: str) -> None:
    client = visitor(town.web, who)
    csrf, allowed = client.form_token(), SEES[who]
    leaks, read, drafts, answered = set(), set(), set(), 0
    for request in requests(town):
        if who in WRITES and request[1] != "GET":
            continue
        with answer(town, who, client, csrf, request) as got:
            text = said(got.data)
            answered += got.status_code == 200
        drafts |= {request[2]} if DRAFT in text else set()
        for word, (kind, what) in CANARIES.items():
            if word in text:
                read.add((kind, what))
                if what not in allowed.get(kind, ()):
                    leaks.add((request[0], request[2], word))
        if who not in WRITES:
            assert "070-123" not in text, request
            assert "@hemma.example" not in text, request
    assert leaks == set()
    assert read == {(kind, what) for kind, words in allowed.items() for what in words}, "and all of that is read"
    assert bool(drafts) == (who in WRITES)
    assert answered > 30


def test_of_the_agenda_of_another_body_nothing_is_said(town: SeatTown) -> None:
    ref = town.web.house.reach(State.ASSIGNED, title="Alla får läsa")
    with town.web.database.transaction() as session:
        case, by = case_to_change(session, ref), town.web.house.actors["contact"]
        choose_for_agenda(session, case, by=by, at=MONDAY)
        correct(session, case, Correction(published=True), by=by, at=MONDAY)
    own, other = visitor(town.web, "representative"), visitor(town.web, "adviser")
    for path in ("/forum", "/forum/2"):
        assert canary("agenda", TITLE) in own.read(path)
        assert "äntar på Rådet" not in own.read(path)
        assert "Alla får läsa" in own.read(path)
        assert "Alla får läsa" in visitor(town.web, "both").read(path)
        assert [word for word in (COMMON, "Alla får läsa") if word in other.read(path)] == []
    assert other.get(f"/arenden/{town.refs['agenda']}").status_code == 404
    assert own.get(f"/arenden/{town.refs['at_rad']}").status_code == 404
    assert "det väntar på Rådet, där du sitter" in other.read(f"/arenden/{town.refs['at_rad']}")


def test_the_letter_that_asks_a_body_has_public_words_alone(town: SeatTown) -> None:
    send(town.web)
    letters = [decoded(path).decode() for path in (town.web.settings.var / "mailbox").rglob("*.eml")]
    asked = [letter for letter in letters if letter.startswith(("rad@example.se", "Rådet <rad@"))]
    assert asked
    for letter in asked:
        assert "Rådet tar upp frågan när de träffas." in " ".join(letter.split())
        assert "Svara på frågan" not in letter
        assert [word for word in CANARIES if word in letter and CANARIES[word][1] != TITLE] == []
