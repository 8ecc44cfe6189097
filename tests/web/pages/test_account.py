"""One's own account: the browsers in which one is logged in, the tokens that act in one's name, and ending both."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from support.houses.small_pages import visitor
from support.houses.small_web import Web

from cases.access.actors import A_COMMAND
from cases.access.tokens import ApiToken, WebSession
from cases.administration.api_tokens import issue_token
from cases.history.journal import Event
from cases.organisation.people import Person

AN_HOUR = timedelta(hours=1)


def token_of(web: Web, who: str, lifetime: timedelta, ago: timedelta = timedelta()) -> str:
    with web.database.transaction() as session:
        person = session.get_one(Person, web.person_id(who))
        return issue_token(session, person, lifetime=lifetime, by=A_COMMAND, at=datetime.now(UTC) - ago)


def house_events(web: Web, type_: str) -> list[Event]:
    with web.database.reading() as session:
        return list(session.scalars(select(Event).where(Event.type == type_).order_by(Event.id)))


def read_with(web: Web, token: str) -> object:
    return web.browser().get("/api/v1/cases", headers={"Authorization": f"Bearer {token}"})


def test_a_token_ends_and_then_says_so(web):
    token = token_of(web, "officer", AN_HOUR)
    assert read_with(web, token).status_code == 200
    over = token_of(web, "officer", AN_HOUR, ago=AN_HOUR * 2)
    for lang, said in (("sv", "Nyckelns tid har gått ut."), ("en", "The time of the token is over.")):
        headers = {"Authorization": f"Bearer {over}", "Accept-Language": lang}
        answer = web.browser().get("/api/v1/cases", headers=headers)
        assert (answer.status_code, answer.content_type) == (401, "application/problem+json")
        assert answer.json["code"] == "expired-token"
        assert answer.json["detail"].startswith(said)
        assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_a_token_lasts_a_year_unless_something_else_was_asked_for(web):
    with web.database.transaction() as session:
        person = session.get_one(Person, web.person_id("officer"))
        issue_token(session, person, by=A_COMMAND, at=datetime(2026, 3, 1, tzinfo=UTC))
        [made] = session.scalars(select(ApiToken).where(ApiToken.made_at == datetime(2026, 3, 1, tzinfo=UTC)))
        assert made.expires_at == datetime(2027, 3, 1, tzinfo=UTC)
    [event] = house_events(web, "person.token_made")
    wanted = {"person": web.person_id("officer"), "token": made.id, "expires_at": "2027-03-01T00:00:00+00:00"}
    assert event.facts == wanted


def test_one_sees_ones_own_tokens_and_revokes_them(sqlite_web):
    web = sqlite_web
    token = token_of(web, "officer", AN_HOUR)
    officer = visitor(web, "officer")
    with web.database.reading() as session:
        own = select(ApiToken.id).where(ApiToken.person_id == web.person_id("officer")).order_by(ApiToken.id)
        first, second = session.scalars(own).all()
        other = session.scalar(select(ApiToken.id).where(ApiToken.person_id == web.person_id("head")))
    page = officer.read("/konto")
    assert f"Nyckel nummer {first}" in page and f"Nyckel nummer {second}" in page
    assert f"Nyckel nummer {other}" not in page
    assert token not in page and "vt_" not in page
    assert officer.send(f"/konto/nycklar/{other}/aterkalla").status_code == 404
    assert officer.send(f"/konto/nycklar/{second}/aterkalla").status_code == 303
    assert read_with(web, token).status_code == 401
    assert web.get("/cases", by="officer").status_code == 200
    assert officer.send("/konto/nycklar/aterkalla").status_code == 303
    assert web.get("/cases", by="officer").status_code == 401
    assert web.get("/cases", by="head").status_code == 200
    revoked = house_events(web, "person.token_revoked")
    assert [event.facts["token"] for event in revoked] == [second, first]
    assert {event.person_id for event in revoked} == {web.person_id("officer")}


def test_one_ends_a_session_in_another_browser(sqlite_web):
    web = sqlite_web
    here, there, stranger = visitor(web, "officer"), visitor(web, "officer"), visitor(web, "head")
    with web.database.reading() as session:
        mine = select(WebSession.id).where(WebSession.person_id == web.person_id("officer")).order_by(WebSession.id)
        _, other = session.scalars(mine).all()
    page = here.read("/konto")
    assert "Den här webbläsaren" in page and "En annan webbläsare" in page
    assert stranger.send(f"/konto/inloggningar/{other}/avsluta").status_code == 404
    assert here.send(f"/konto/inloggningar/{other}/avsluta").status_code == 303
    assert there.get("/konto").status_code == 303
    assert here.get("/konto").status_code == 200
    assert "En annan webbläsare" not in here.read("/konto")


def test_the_header_leads_to_the_account_of_who_is_logged_in(sqlite_web):
    assert 'href="/konto"' in visitor(sqlite_web, "member").get("/").text
    assert 'href="/konto"' not in visitor(sqlite_web).get("/").text
    assert "My account" in visitor(sqlite_web, "member").read("/konto?lang=en")
