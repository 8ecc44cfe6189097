"""Every route gives each kind of caller what the table of rights says, about each kind of case (ASVS 8.1, 8.2)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from support.houses.small_house import CALENDAR, MONDAY, SINCE, copied_sqlite, furnish
from support.houses.small_pages import visitor
from support.houses.small_web import Web, open_web
from support.rights_table import (
    ASKED,
    CASES,
    CHANGES_A_CASE,
    CHANGES_KEYS,
    ENDS_SESSIONS,
    EXAMPLES,
    WHO,
    WITH_A_CASE,
    WITHOUT_A_CASE,
)
from werkzeug.test import TestResponse

from cases.access.actors import actor_for
from cases.access.tokens import make_api_token
from cases.case import case_to_change
from cases.correcting import Correction, correct
from cases.files.attachments import Attachment
from cases.files.storage import attachments_under
from cases.handing_in import Reporter
from cases.meetings.agenda_items import choose_for_agenda
from cases.meetings.meeting import MeetingPlan, plan_meeting
from cases.organisation.people import Membership, Person, Role
from cases.states import State

PEOPLE = {"member": "member", "forum": "representative", "officer": "officer", "elsewhere": "water_officer",
          "contact": "contact", "admin": "admin", "chair": "chair", "gone": "gone"}  # fmt: skip
NEW = {"chair": (Role.HEAD, "norrby"), "gone": (Role.OFFICER, "gata")}
NOT_LOGGED_IN = {"anybody", "own", "other"}
RULES = {**WITHOUT_A_CASE, **WITH_A_CASE, **CHANGES_A_CASE, **CHANGES_KEYS, **ENDS_SESSIONS}


@dataclass
class TriedCaller:
    """One kind of caller: a browser, and a token for the API."""

    web: Web
    who: str
    browser: FlaskClient
    token: str | None = None

    @cached_property
    def csrf(self) -> str:
        """The token that forms carry."""
        page = self.browser.get("/logga-in").text
        return page.partition('name="csrf_token" value="')[2].partition('"')[0]

    def ask(self, rule: str, path: str) -> TestResponse:
        """Send the request of this rule to this path."""
        method, asked = rule.partition(" ")[0], ASKED.get(rule)
        if path.startswith("/api/"):
            headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            body = {"json": dict(asked.json)} if asked else {}
            return self.web.browser().open(path, method=method, headers=headers, **body)
        if method == "GET":
            return self.browser.get(path)
        if rule in ENDS_SESSIONS:
            vars(self).pop("csrf", None)  # the one before died with its session
        form: dict[str, object] = {"csrf_token": self.csrf, **(dict(asked.form) if asked else {})}
        if asked and asked.file:
            form["files"] = (BytesIO(b"text"), "brev.txt")
        return self.browser.post(path, data=form, content_type="multipart/form-data")


@dataclass
class RightsTown:
    """The small municipality with a case of each kind, and a caller of each kind."""

    web: Web
    refs: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    callers: dict[str, TriedCaller] = field(default_factory=dict)

    def path(self, rule: str, who: str, case: str = "") -> str:
        """The path by which this caller asks for this case: the person who asked names it by its public id."""
        path = rule.partition(" ")[2]
        name = (self.keys if who == "own" else self.refs).get(case, "")
        path = path.replace("<ref>", name).replace("<public_id>", name)
        if case:
            path = path.replace("<int:number>", str(self.files[case]))
        for part, example in EXAMPLES.items():
            path = path.replace(part, example)
        return path


def newcomers(web: Web) -> None:
    """Add the people whom the small house lacks."""
    with web.database.transaction() as session:
        for who, (role, unit) in NEW.items():
            person = Person(email=f"{who}@example.se", name=who.title())
            session.add(person)
            session.flush()
            held = {"person_id": person.id, "unit_id": web.house.unit_id(unit), "role": role}
            session.add(Membership(**held, since=SINCE))
            web.tokens[who] = make_api_token(session, person, datetime.now(UTC))
            found = actor_for(session, person.id, on=CALENDAR.day_of(MONDAY))
            assert found is not None
            web.house.actors[who] = found


def a_case(town: RightsTown, kind: str) -> None:
    """Make the case of this kind, with a file."""
    web, house, contact = town.web, town.web.house, town.web.house.actors["contact"]
    group, unit = ("norrby", "gata") if kind == "own" else ("soderby", "vatten")
    reporter = Reporter("Rut", "rut@example.se", protected=kind == "protected")
    ref = house.hand_in(f"Fallet {kind}", by="contact", group=group, reporter=reporter)
    house.change(ref, State.ASSIGNED, responsible=unit)
    with web.database.transaction() as session:
        case = case_to_change(session, ref)
        published = {"published": (True,), "withdrawn": (True, False)}.get(kind, ())
        for wanted in published:
            correct(session, case, Correction(published=wanted), by=contact, at=MONDAY)
        if kind == "agenda":
            choose_for_agenda(session, case, by=contact, at=MONDAY)
        kept = {"key": attachments_under(web.settings.var).keep(b"%PDF"), "size": 4, "sha256": "0" * 64}
        file = Attachment(case_id=case.id, name="a.pdf", media_type="application/pdf", added_at=MONDAY, **kept)
        session.add(file)
        session.flush()
        town.refs[kind], town.keys[kind], town.files[kind] = case.ref, case.public_id, file.id


@pytest.fixture(scope="module")
def town(run_folder, tmp_path_factory) -> Iterator[RightsTown]:
    """The municipality of the table, on SQLite: what a row of rights says does not depend on the database."""
    folder = tmp_path_factory.mktemp("rights")
    web = open_web(copied_sqlite(run_folder, folder, "small_house", furnish), folder)
    made = RightsTown(web)
    newcomers(web)
    for kind in CASES:
        a_case(made, kind)
    with web.database.transaction() as session:
        plan_meeting(session, MeetingPlan(date(2099, 4, 14), "Vårens forum"))
    for who in WHO:
        person = PEOPLE.get(who)
        browser = visitor(web, person).browser
        made.callers[who] = TriedCaller(web, who, browser, web.tokens[person] if person else None)
    with web.database.transaction() as session:
        session.scalars(select(Person).where(Person.email == "gone@example.se")).one().active = False
    yield made
    web.database.close()


def shown(answer: TestResponse) -> str:
    """The status as the table writes it: a form with words gets a page that keeps them and leads to the log-in."""
    redirected = answer.status_code == 303 and str(answer.location).startswith("/logga-in")
    kept = answer.status_code == 401 and 'href="/logga-in?next=' in answer.text
    return "in" if redirected or kept else str(answer.status_code)


def different(town: RightsTown, rule: str, line: str, case: str = "") -> Iterator[str]:
    """A sentence for each caller who gets another answer than the table says."""
    for who, wanted in zip(WHO, line.split(), strict=True):
        with town.callers[who].ask(rule, town.path(rule, who, case)) as answer:
            got = shown(answer)
        if got != wanted:
            yield f"{rule} | {case or '-'} | {who}: {got}, not {wanted}"


def test_the_key_of_one_case_opens_no_file_of_another(town):
    for case, file in town.files.items():
        for key in town.keys.values():
            opened = town.callers["own"].browser.get(f"/arende/{key}/filer/{file}").status_code
            assert opened == (200 if key == town.keys[case] else 404)


def test_every_route_answers_each_caller_as_the_table_says(town):
    wrong = [found for rule, line in WITHOUT_A_CASE.items() for found in different(town, rule, line)]
    for table in (WITH_A_CASE, CHANGES_A_CASE, CHANGES_KEYS):
        for rule, block in table.items():
            assert set(block) == set(CASES), rule
            wrong += [found for case, line in block.items() for found in different(town, rule, line, case)]
    wrong += [found for rule, line in ENDS_SESSIONS.items() for found in different(town, rule, line)]
    assert wrong == [], "\n".join(wrong)


def test_the_table_has_every_route_and_no_other(town):
    rules = town.web.app.url_map.iter_rules()
    routes = {f"{method} {rule}" for rule in rules for method in rule.methods - {"HEAD", "OPTIONS"}}
    assert routes == set(RULES)
