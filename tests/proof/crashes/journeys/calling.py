"""A program calls the API with an Idempotency-Key: after any crash it calls again, and the change is made once."""

from typing import Any

from sqlalchemy import select
from werkzeug.test import TestResponse

from cases.access.tokens import ApiToken, make_api_token
from cases.case import Case
from cases.organisation.people import Person
from proof.crashes.house import Process
from proof.crashes.journeys.journey import Journey, Step
from web import create_app

HOLE = {"kind": "issue", "title": "Hål i vägen", "reporter": {"name": "Rut", "email": "rut@hemma.example"}}
TOKEN_FILE = "token"


class Unanswered(AssertionError):
    """The API did not answer as it should; the message is what it said."""


def a_token_is_made(process: Process) -> None:
    """Make an API token for the contact person, and write it to a file for the program."""
    with process.database.transaction() as session:
        if session.scalars(select(ApiToken.id)).first() is None:
            person = session.scalars(select(Person).where(Person.email == "kontakt@prov.example")).one()
            token = make_api_token(session, person, process.world.clock.now)
            (process.world.settings.var / TOKEN_FILE).write_text(token)


def handed_in_by_a_visitor(process: Process) -> None:
    """Hand in without a token."""
    _called(process, "/cases", HOLE, 201, {})


def assigned_by_a_program(process: Process) -> None:
    """Change as the contact person. The version is the one that was read: a second change would be stale."""
    token = (process.world.settings.var / TOKEN_FILE).read_text()
    change = {"to": "assigned", "responsible": "gata", "version": 1}
    with process.database.reading() as session:
        ref = session.scalars(select(Case.ref).where(Case.title == HOLE["title"])).one()
    _called(process, f"/cases/{ref}/changes", change, 200, {"Authorization": f"Bearer {token}"})


def _called(process: Process, path: str, body: dict[str, Any], expected: int, headers: dict[str, str]) -> TestResponse:
    client = create_app(process.world.settings, process.database).test_client()
    answer = client.post(f"/api/v1{path}", json=body, headers={**headers, "Idempotency-Key": path})
    if answer.status_code != expected:
        raise Unanswered(answer.get_data(as_text=True))
    return answer


STEPS: tuple[Step, ...] = (handed_in_by_a_visitor, assigned_by_a_program)
CALLED = Journey("called with an idempotency key", STEPS, (a_token_is_made,))
