"""SECURITY 41-44: whatever people, units and cases are called, a letter has one reader, and no header but our own.

Every kind of letter is written once, about cases, people and units whose names and words try to get out of their place,
and is sent over SMTP.
"""

import email
import email.policy
import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import InstrumentedAttribute
from support.houses.letter_town import AT, LetterTown, furnish, open_town
from support.houses.small_house import copied_sqlite
from support.letters.letters_read import KEY, LETTER_SETTINGS, live_with_every_letter
from support.servers.mail_server import AcceptedMail, FakeMailServer

from cases.access.actors import ActorKind
from cases.organisation.categories import Category
from cases.organisation.municipality import Municipality
from cases.organisation.people import Person
from cases.organisation.places import Place
from cases.organisation.units import DESK, Unit
from cases.parties import Party
from cases.refusals import BadCharacters
from cases.states import State
from notifications.deliveries import Channel, Delivery, Outcome
from notifications.letters.calendar_entry import calendar_entry
from notifications.letters.catalogue import LETTERS
from notifications.letters.rendering import _plain_name
from notifications.letters.reply_addresses import LetterToken, ReplyAddresses, ReplyPurpose
from notifications.row_types import EventForLetter, MeetingTold
from notifications.sending.mime import compose
from notifications.sending.sending import MailTransport, deliver_some
from notifications.sending.smtp import server_at

TEXT = (
    "Åke\r\nBcc: a@evil.example\u2028X-Evil: ja\u2029<i>fet</i> <c@evil.example>, d@evil.example; "
    "=?utf-8?q?=0D=0ABcc=3A_e=40evil.example?="
)
EVIL = f"{TEXT}\x00"  # which no form takes, but another program might write
NAMES = (Unit.name, Person.name, Municipality.name, Category.name, Category.name_en, Place.name)
REPLIES = ReplyAddresses("arende+{token}@kommun.example", (KEY,))
OURS = "ventil@kommun.example"
EACH_HAS = {
    *("Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress"),
    *("X-Ventil-Delivery", "MIME-Version", "Content-Type"),
}
SOME_HAVE = {"Reply-To", "In-Reply-To", "References", "List-Unsubscribe", "List-Unsubscribe-Post"}
SentLetter = tuple[Delivery, AcceptedMail]


@dataclass
class UnsentLetter:
    """A letter as it is composed."""

    to_email: str = "frida@hemma.example"
    subject: str = "Lampan"
    sender: str = OURS
    headers: dict[str, str] = field(default_factory=dict)
    text: str = "Hej\n"
    html: str = "<p>Hej</p>"
    date: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


class EvilTown(LetterTown):
    """The town, in which people write what tries to get out of its place."""

    def hand_in(self, **given: Any) -> str:
        """Hand in a case with such a title and description."""
        return super().hand_in(**{"title": TEXT, "description": TEXT, **given})

    def change(self, ref: str, to: State, **given: Any) -> None:
        """Change the state of a case with such a note or reason."""
        super().change(ref, to, **given | {name: TEXT for name in ("note", "reason") if name in given})


@pytest.fixture(scope="module")
def sent(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> list[SentLetter]:
    """Every letter of a life in which all are written, with what the mail server got of it."""
    opened = open_town(copied_sqlite(run_folder, tmp_path_factory.mktemp("hostile"), "letter_town", furnish))
    town = EvilTown(opened.database, opened.people)
    sink = FakeMailServer()
    sink.open()
    call_evil(town, *NAMES)
    live_with_every_letter(town)
    call_evil(town, Party.name)
    transport = MailTransport(server_at(sink.url), replace(LETTER_SETTINGS, replies=REPLIES))
    while deliver_some(town.database, transport):
        pass
    sink.close()
    with town.database.reading() as session:
        of_mails = list(session.scalars(select(Delivery).where(Delivery.channel == Channel.MAIL)))
    town.database.close()
    assert {one.outcome for one in of_mails} <= {Outcome.SENT, Outcome.SUPPRESSED}
    by_id = {f"<{one.message_id}>": one for one in of_mails}
    return [(by_id[str(mail.message["Message-ID"])], mail) for mail in sink.letters]


def call_evil(town: LetterTown, *columns: InstrumentedAttribute[str]) -> None:
    """Write such words into these columns, and two addresses into that of the desk."""
    with town.database.transaction() as session:
        session.execute(update(Unit).where(Unit.slug == DESK).values(email=f"desk{AT}, g@evil.example"))
        for column in columns:
            session.execute(update(column.class_).values({column: EVIL}))


def test_every_kind_of_letter_is_looked_at(sent: list[SentLetter]) -> None:
    written = {line["letter"] for delivery, _ in sent for line in delivery.context["lines"]}
    assert written | {"digest", "comments", "alarms"} == set(LETTERS)


def test_s41_no_letter_has_a_header_but_ours_and_each_once(sent: list[SentLetter]) -> None:
    for delivery, mail in sent:
        head = mail.content.partition(b"\r\n\r\n")[0]
        names = [name.decode() for name in re.findall(rb"^([^ \t:]+):", head, re.MULTILINE)]
        assert len(names) == len(set(names)), delivery.letter
        assert EACH_HAS <= set(names) <= EACH_HAS | SOME_HAVE, delivery.letter
        assert not re.search(rb"\r(?!\n)|(?<!\r)\n", head), delivery.letter
        assert mail.content.isascii() and b"\0" not in head, delivery.letter


def test_s41_every_header_can_be_read_and_holds_no_control_character(sent: list[SentLetter]) -> None:
    for delivery, mail in sent:
        for name, value in mail.message.items():
            assert str(value).isprintable(), (delivery.letter, name)
        assert not mail.message["From"].defects and not mail.message["To"].defects


def test_s43_a_letter_has_one_recipient_and_one_sender_named_as_the_municipality(sent: list[SentLetter]) -> None:
    names = set()
    for delivery, mail in sent:
        (to,), (sender,) = mail.message["To"].addresses, mail.message["From"].addresses
        assert mail.recipients == (to.addr_spec,), delivery.letter
        assert not to.display_name and "evil" not in to.addr_spec
        assert sender.addr_spec == OURS
        names.add(sender.display_name)
    assert len(names) == 1
    assert "@" not in names.pop()


def test_s43_a_letter_about_one_case_is_answered_at_an_address_of_its_own(sent: list[SentLetter]) -> None:
    own = 0
    for delivery, mail in sent:
        if (to := mail.message["Reply-To"]) is not None:
            [address] = to.addresses
            found = REPLIES.token_in([address.addr_spec])
            assert found and found[1] == LetterToken(delivery.id, ReplyPurpose.REPLY), "nor is it the desk's: two"
            assert len({line["ref"] for line in delivery.context["lines"]}) == 1
            own += 1
    assert own > len(sent) / 2


def test_s44_no_letter_wants_an_automatic_answer_and_each_has_its_own_way_back(sent: list[SentLetter]) -> None:
    for delivery, mail in sent:
        assert mail.message["Auto-Submitted"] == "auto-generated", delivery.letter
        assert mail.message["X-Auto-Response-Suppress"] == "All", delivery.letter
        assert mail.sender == REPLIES.for_bounce(delivery.id), delivery.letter
        assert mail.message["X-Ventil-Delivery"] == str(delivery.id)


def test_s42_what_people_wrote_is_text_in_every_part(sent: list[SentLetter]) -> None:
    whole = ""
    for delivery, mail in sent:
        kinds = [part.get_content_type() for part in mail.message.walk() if not part.is_multipart()]
        assert kinds in (["text/plain", "text/html"], ["text/plain", "text/html", "text/calendar"]), delivery.letter
        html = str(mail.message.get_body(("html",)).get_content())
        assert not re.search(r'<i\b|href="(?!https://arenden\.example/|tel:)', html), delivery.letter
        whole += html
    assert "&lt;i&gt;fet&lt;/i&gt;" in whole


def test_s41_a_calendar_file_has_a_name_of_ours(sent: list[SentLetter]) -> None:
    files = [part for _, mail in sent for part in mail.message.walk() if part.get_content_type() == "text/calendar"]
    assert files
    assert {file.get_filename() for file in files} == {"meeting.ics"}


def test_s41_a_meeting_is_one_entry_of_a_calendar_whatever_it_is_called() -> None:
    at = datetime(2026, 4, 14, 18, tzinfo=UTC)
    event = EventForLetter(1, 0, 1, "meeting.called", at, ActorKind.PERSON, {"on": "2026-04-14", "meeting": 1})
    meeting = MeetingTold(1, f"{TEXT}\r\nATTENDEE:mailto:h@evil.example\r\nEND:VEVENT", EVIL, TEXT, at)
    written = calendar_entry(event, meeting, domain="kommun.example", url="https://arenden.example/forum/1")
    lines = re.split("\r\n|[\r\n]", written.replace("\r\n ", ""))
    assert [line for line in lines if line.startswith("BEGIN")] == ["BEGIN:VCALENDAR", "BEGIN:VEVENT"]
    assert not [line for line in lines if line.upper().startswith(("BCC", "X-", "ATTENDEE", "ORGANIZER"))]


def test_s41_no_case_is_called_anything_with_a_nul(sqlite_town: LetterTown) -> None:
    with pytest.raises(BadCharacters):
        sqlite_town.hand_in(title="Lampan\0")


@pytest.mark.parametrize(
    "address",
    [
        *("a@b.example,c@d.example", "a@b.example c@d.example", "a@b.example;c@d.example", "<a@b.example>"),
        *("a@b.example\r\nBcc: c@d.example", "a@b.example\nc", "a@b.example\0", "a\0@b.example", "a@b.example\u2028c"),
        *("a\u2029@b.example", '"a b"@c.example', "A <a@b.example>", "a@b.example (c)", "=?utf-8?q?a?=@b.example?"),
        *("å@b.example", "a@[127.0.0.1]", f"{'a' * 65}@b.example", f"a@{'b.' * 130}example", "a@b..example", "a@-b.c"),
    ],
)
def test_s41_nothing_is_sent_to_what_is_not_one_plain_address(address: str) -> None:
    with pytest.raises(ValueError, match="mail address"):
        compose(UnsentLetter(to_email=address), "1@kommun.example")


def test_s41_letters_beyond_ascii_in_a_domain_are_sent_in_ascii() -> None:
    head = compose(UnsentLetter(to_email="Anna@Ås.example"), "1@kommun.example").partition(b"\r\n\r\n")[0]
    assert b"\r\nTo: Anna@xn--s-1fa.example\r\n" in head


@pytest.mark.parametrize("name", ["List-Unsubscribe", "References", "X-Ventil-Delivery"])
def test_s41_no_header_of_a_letter_can_end_early(name: str) -> None:
    letter = UnsentLetter(headers={name: EVIL}, subject=EVIL, sender=f"{_plain_name(EVIL)} <{OURS}>")
    raw = compose(letter, "1@kommun.example")
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert "Bcc" not in message and "X-Evil" not in message
    assert raw.partition(b"\r\n\r\n")[0].isascii() and b"\0" not in raw.partition(b"\r\n\r\n")[0]
