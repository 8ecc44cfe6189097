"""POST /units/{slug}/contacts: thirty questions at once, or nothing."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from support.houses.small_web import Web
from support.today import A_DAY, dated, today

PATH = "/units/norrby/contacts"


def body(**changed: object) -> dict[str, object]:
    """Return a body that is taken."""
    questions = [{"title": f"Lykta {n}", "category": "trafik"} for n in range(30)]
    days = {"on": today().isoformat(), "next_on": (today() + timedelta(days=120)).isoformat()}
    return {"how": "visit", "note": "Bra stämning", "questions": questions, **days} | changed


def rows(web: Web) -> list[int]:
    """Return how many cases, events and contacts there are."""
    with web.database.reading() as session:
        return [session.scalars(text(f'SELECT count(*) FROM "{name}"')).one() for name in ("case", "event", "contact")]


def test_thirty_questions_are_thirty_cases_once(sqlite_web: Web) -> None:
    first = sqlite_web.post(PATH, body(), by="contact", headers={"Idempotency-Key": "k1"})
    assert (first.status_code, len(set(first.json["refs"]))) == (201, 30)
    before = rows(sqlite_web)
    again = sqlite_web.post(PATH, body(), by="contact", headers={"Idempotency-Key": "k1"})
    assert (again.status_code, again.json) == (201, first.json)
    assert rows(sqlite_web) == before
    assert sqlite_web.get(f"/cases/{first.json['refs'][0]}", by="member").json["group"] == "norrby"


def test_a_contact_without_questions_or_note_is_taken(sqlite_web: Web) -> None:
    given = body()
    del given["questions"], given["note"]
    answer = sqlite_web.post(PATH, given, by="officer")
    assert (answer.status_code, answer.json["refs"]) == (201, [])


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"questions": [{"title": "En"}, {"title": " "}]}, ("questions", "1", "title")),
        ({"questions": [{"title": "En"}, {}]}, ("questions", "1", "title")),
        ({"questions": [{"title": "En", "category": "tåg"}]}, ("questions", "0", "category")),
        ({"questions": [{"title": "En", "colour": "blå"}]}, ("questions", "0", "colour")),
        ({"questions": [{"title": "En"}] * 41}, ("questions",)),
        ({"next_on": 184 * A_DAY}, ("next_on",)),
        ({"next_on": 0 * A_DAY}, ("next_on",)),
        ({"on": 2 * A_DAY}, ("on",)),
        ({"how": "dream"}, ("how",)),
        ({"replaces": 99}, ("replaces",)),
    ],
)
def test_a_problem_names_what_is_wrong_by_its_path_and_nothing_is_stored(
    sqlite_web: Web, changed: dict[str, object], path: tuple[str, ...]
) -> None:
    before = rows(sqlite_web)
    answer = sqlite_web.post(PATH, body(**dated(changed)), by="contact")
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")
    found = answer.json["errors"]
    for name in path:
        assert list(found) == [name]
        found = found[name]
    assert all(isinstance(sentence, str) and sentence for sentence in found)
    assert "den som frågade" not in str(found)  # it is no reason for a step
    assert rows(sqlite_web) == before


@pytest.mark.parametrize("slug", ["gata", "ingen"])
def test_only_a_group_is_met(sqlite_web: Web, slug: str) -> None:
    assert sqlite_web.post(f"/units/{slug}/contacts", body(), by="contact").status_code == 404


@pytest.mark.parametrize(("who", "status"), [(None, 401), ("member", 403), ("representative", 403), ("officer", 201)])
def test_staff_alone_log_a_contact(sqlite_web: Web, who: str | None, status: int) -> None:
    assert sqlite_web.post(PATH, body(), by=who).status_code == status


def test_a_wrong_record_is_put_right(sqlite_web: Web) -> None:
    wrong = sqlite_web.post(PATH, body(questions=[]), by="contact").json["number"]
    assert sqlite_web.post(PATH, body(questions=[], how="phone", replaces=wrong), by="contact").status_code == 201
    assert sqlite_web.post(PATH, body(questions=[], replaces=wrong), by="contact").status_code == 422
