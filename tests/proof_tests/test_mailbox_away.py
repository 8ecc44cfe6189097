"""The mail server of the mailbox is away for an hour: desk and administrators hear of it, then all comes in once."""

from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import text
from support.inbound_rows import polls, troubles
from support.servers.dovecot import Dovecot

from proof.crashes.boundaries import Boundaries
from proof.crashes.grounds import CrashGround
from proof.crashes.house import running
from proof.crashes.journeys.of_letters.by_mail import BY_MAIL, TO_QUESTION, to_the_desk
from proof.crashes.journeys.of_letters.by_mailbox import BY_ANOTHER_WAY, LyingMail, read
from proof.crashes.judging import Death, breaches
from proof.crashes.mailboxes import MailboxAbility

THRICE = (b"", b"", BY_ANOTHER_WAY)
KEPT_BY_OTHERS = (  # other mail servers keep what they cannot deliver, and some send it again though it was taken
    LyingMail("Den vid bron.", TO_QUESTION, "answer", THRICE),
    LyingMail("En helt annan sak.", to_the_desk, "case", THRICE),
)
OUTCOMES = text("SELECT outcome FROM inbound")
A_LOOK, LOOKS = timedelta(minutes=5), 12  # an hour
TOLD_AT = 3  # the look at which ten minutes have passed since the first that failed


@pytest.mark.parametrize("name", ["on_sqlite", pytest.param("on_postgresql", marks=pytest.mark.postgres)])
def test_a_mailbox_that_is_away_for_an_hour_loses_nothing_and_doubles_nothing(
    request: pytest.FixtureRequest, dovecot: Dovecot, name: str
) -> None:
    ground: CrashGround = request.getfixturevalue(name)
    with (
        ground.opened(ground.first, sends=True, reads=MailboxAbility.MOVES) as world,
        running(world, Boundaries()) as process,
    ):
        for step in BY_MAIL.before:
            step(process)
            process.settle()
        dovecot.crash()
        try:
            told = []
            for _ in range(LOOKS):
                process.wait(A_LOOK)
                told.append(len(troubles(process.database)))
            assert told == [0] * (TOLD_AT - 1) + [1] * (LOOKS - TOLD_AT + 1)
            assert [line["event"] for line in process.log].count("mailbox.not_read") == LOOKS
        finally:
            dovecot.start()
        read(process, KEPT_BY_OTHERS)
        assert process.come_to_rest() == []
        with process.database.reading() as session:
            assert Counter(session.scalars(OUTCOMES)) == {"answer": 1, "case": 1, "double": 2}
        assert [poll.failing_since for poll in polls(process.database).values()] == [None]
        assert breaches(process, Death(world.clock.now, world.clock.now, 0)) == []
