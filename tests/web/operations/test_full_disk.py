"""A disk that is full: 503, nothing half done, and everything works again when there is room."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from support.houses.small_web import Web

A_CASE = {"kind": "issue", "title": "Lyktan är trasig", "description": "Mörkt! " * 2000}


@contextmanager
def no_room_on(web: Web) -> Iterator[None]:
    """Let SQLite find no room for one page more, as on a full disk (SQLITE_FULL)."""

    def fill(connection, *_):
        connection.execute("PRAGMA max_page_count = 1")  # it keeps what it has and takes no more

    def clear(connection, *_):
        connection.execute("PRAGMA max_page_count = 1073741823")

    engine = web.database.engine
    event.listen(engine, "checkout", fill)
    yield
    event.remove(engine, "checkout", fill)
    event.listen(engine, "checkout", clear)


def test_a_full_disk_is_a_503_and_nothing_is_half_done(sqlite_web: Web):
    before = sqlite_web.post("/cases", A_CASE).json["ref"]
    with no_room_on(sqlite_web):
        answers = [sqlite_web.post("/cases", A_CASE) for _ in range(3)]
        assert {answer.status_code for answer in answers} == {503}
        assert "Retry-After" in answers[0].headers
        page = sqlite_web.browser().get("/")
        assert page.status_code == 200, "what is there can still be read"
    after = sqlite_web.post("/cases", A_CASE).json["ref"]
    listed = sqlite_web.get("/cases", by="contact").json["items"]
    assert [case["ref"] for case in listed] == [after, before]
    assert int(after[5:]) == int(before[5:]) + 1, "no number was used up"
