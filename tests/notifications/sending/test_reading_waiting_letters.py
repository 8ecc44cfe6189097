"""What sending reads: the letters that wait, by an index that holds no others, however many have been sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import event
from support.houses.letter_town import LetterTown
from support.houses.migrated import CALENDAR

from cases.database.transactions import Database
from notifications.letters.rendering import LetterSettings
from notifications.sending.local_mailbox import Mailbox
from notifications.sending.sending import MailTransport, deliver_some


@contextmanager
def _asked_of_letters(database: Database) -> Iterator[list[tuple[str, object]]]:
    said: list[tuple[str, object]] = []

    def listen(_connection, _cursor, statement, values, *_):
        if statement.startswith("SELECT") and "FROM delivery" in statement:
            said.append((statement, values))

    event.listen(database.engine, "before_cursor_execute", listen)
    yield said
    event.remove(database.engine, "before_cursor_execute", listen)


def test_a_letter_that_is_sent_is_never_read_again_to_find_those_that_wait(town: LetterTown, tmp_path: Path) -> None:
    town.hand_in()
    town.plan()
    transport = MailTransport(
        Mailbox(tmp_path), LetterSettings("http://127.0.0.1:8000", "k" * 32, "v@kommun.example", CALENDAR)
    )
    with _asked_of_letters(town.database) as questions:
        assert deliver_some(town.database, transport) == 1
    with town.database.reading() as session:
        asks = session.connection().exec_driver_sql
        steps = [row[-1] for asked, values in questions for row in asks(f"EXPLAIN QUERY PLAN {asked}", values)]
    assert "SCAN delivery USING INDEX ix_delivery_due" in steps
    assert [step for step in steps if step.startswith("SCAN") and "INDEX" not in step] == []
