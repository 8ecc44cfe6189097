"""The log as evidence: who logged in, what was refused and administered; never an address or a text."""

import json
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from structlog.testing import capture_logs
from support.houses.small_pages import visitor
from support.houses.small_web import Web

from cases.access.actors import A_COMMAND
from cases.access.tokens import LOGIN, Link, link_token
from cases.administration.api_tokens import issue_token
from cases.administration.staffing import PersonDetails, add_person
from cases.logs import log_as_json

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def names(lines: list[dict[str, object]], *keys: str) -> list[tuple[object, ...]]:
    """Return the event and these keys of each line, without the plain lines of requests."""
    return [tuple(line.get(key) for key in ("event", *keys)) for line in lines if line["event"] != "request"]


def test_a_log_in_is_logged_and_a_failed_one_too(sqlite_web: Web) -> None:
    browser = visitor(sqlite_web)
    with capture_logs() as lines:
        browser.send("/logga-in", email="officer@example.se")
        with sqlite_web.database.reading() as session:
            token = link_token(
                session.scalars(select(Link).where(Link.purpose == LOGIN)).one(), sqlite_web.settings.secret_key
            )
        assert browser.send(f"/logga-in/{token}").status_code == 303
        assert browser.send(f"/logga-in/{token}").status_code == 410
    officer = sqlite_web.person_id("officer")
    assert names(lines, "type", "about") == [
        ("municipality.recorded", "person.asked_for_link", officer),
        ("municipality.recorded", "person.logged_in", officer),
        ("login.failed", None, None),
    ]
    assert not [secret for secret in ("officer@", token, "Officer") if secret in str(lines)]


def test_what_was_refused_is_logged_with_who_and_where(sqlite_web: Web) -> None:
    ref = sqlite_web.case()["ref"]
    with capture_logs() as lines:
        assert visitor(sqlite_web, "officer").get("/ring").status_code == 403
        assert sqlite_web.post(f"/cases/{ref}/key", {}, by="officer").status_code == 403
        answer = sqlite_web.browser().get("/api/v1/cases", headers={"Authorization": "Bearer vt_gissad"})
        assert answer.status_code == 401
    officer = sqlite_web.person_id("officer")
    assert names(lines, "person", "route", "status") == [
        ("access.refused", officer, "/ring", 403),
        ("access.refused", officer, "/api/v1/cases/<ref>/key", 403),
        ("access.unknown", None, "/api/v1/cases", 401),
    ]
    assert "vt_gissad" not in str(lines) and ref not in str(lines)


def test_what_is_administered_is_logged_by_its_name_and_ids(sqlite_web: Web) -> None:
    with capture_logs() as lines, sqlite_web.database.transaction() as session:
        person = add_person(session, "ny@example.se", PersonDetails("Ny Namnsson"), by=A_COMMAND, at=NOW)
        token = issue_token(session, person, lifetime=timedelta(days=1), by=A_COMMAND, at=NOW)
    wanted = [("municipality.recorded", type_, person.id) for type_ in ("person.added", "person.token_made")]
    assert names(lines, "type", "about") == wanted
    assert not [secret for secret in ("ny@", "Namnsson", token) if secret in str(lines)]


def test_a_line_is_one_line_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    log_as_json()
    structlog.get_logger().warning("try", said='a\r\nb\u2028{"event": "forged"}')
    [line] = capsys.readouterr().err.splitlines()
    logged = json.loads(line)
    assert (logged["event"], logged["said"]) == ("try", 'a\r\nb\u2028{"event": "forged"}')
    assert logged["timestamp"].endswith("Z")


def test_an_error_of_the_database_holds_no_value(web: Web) -> None:
    with pytest.raises(DBAPIError) as caught, web.database.transaction() as session:
        session.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": "kanarie"})
    assert "kanarie" not in str(caught.value)
