"""Mail out: what a server says is told apart, and a letter arrives as it was written."""

import email.policy
import socket
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from support.servers.services import LOOPBACK, free_port

from notifications.sending.errors import ConnectionLost, RefusedForGood, RefusedForNow, Unreachable
from notifications.sending.local_mailbox import Mailbox
from notifications.sending.mime import Outgoing, compose
from notifications.sending.smtp import SmtpServer, server_at

SWEDISH = "Gatubelysningen i Lövnäs är lagad. Åsa Ödman hälsar."


@dataclass
class Written:
    subject: str = "Ärende 2026-0042: åtgärdat"
    text: str = SWEDISH + "\n.\n.en punkt först\nFrom oss\n"
    html: str = f"<p>{SWEDISH}</p>"
    headers: dict[str, str] = field(default_factory=lambda: {"Auto-Submitted": "auto-generated"})
    sender: str = "Kontaktpersonen i Ås <ventil@example.org>"
    to_email: str = "berit@example.org"
    date: datetime = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def outgoing(to="berit@example.org", number=1):
    content = compose(Written(to_email=to), f"{number}@example.org")
    return Outgoing(sender="ventil@example.org", recipient=to, content=content)


def quick(sink):
    return SmtpServer("smtp", LOOPBACK, sink.port, connect_seconds=2.0, answer_seconds=0.5)


def send(sink, letter=None):
    with quick(sink).connection() as line:
        line.send(letter or outgoing())


def test_swedish_letters_are_intact_in_subject_text_and_html(smtp_sink):
    send(smtp_sink)
    (kept,) = smtp_sink.letters
    message = kept.message
    assert message["Subject"] == "Ärende 2026-0042: åtgärdat"
    assert message["From"].addresses[0].display_name == "Kontaktpersonen i Ås"
    assert message["Message-ID"] == "<1@example.org>"
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text.get_content().splitlines() == [SWEDISH, ".", ".en punkt först", "From oss"]
    assert html.get_content().strip() == f"<p>{SWEDISH}</p>"
    assert {part["Content-Transfer-Encoding"] for part in (text, html)} == {"quoted-printable"}


def test_what_goes_over_the_line_is_ascii_in_short_lines():
    content = compose(Written(html="<p>" + "å" * 5000 + "</p>"), "1@example.org")
    content.decode("ascii")
    assert max(len(line) for line in content.split(b"\r\n")) <= 78
    assert b"\n" not in content.replace(b"\r\n", b"")


@pytest.mark.parametrize(
    "subject", ["å" * 90, "Lampan vid Lillån 💡 lyser igen " * 5, "=?utf-8?q?x?=", "a" * 200, "Åby"]
)
def test_a_subject_is_read_as_it_was_written_and_its_lines_are_short(subject):
    raw = compose(Written(subject=subject), "1@kommun.example")
    head = raw.partition(b"\r\n\r\n")[0]
    subject_lines = head.partition(b"\r\nFrom:")[0].split(b"\r\n")
    assert max(map(len, subject_lines)) <= 76
    assert email.message_from_bytes(raw, policy=email.policy.default)["Subject"] == " ".join(subject.split())


def test_a_letter_on_its_way_out_asks_nobody_who_we_are(monkeypatch):
    monkeypatch.setattr(socket, "getfqdn", lambda *_: pytest.fail("the DNS was asked"))
    assert outgoing().send_to == {"berit@example.org"}


def test_the_same_letter_has_the_same_bytes():
    assert compose(Written(), "1@example.org") == compose(Written(), "1@example.org")


@pytest.mark.parametrize("bad", ["Hej\r\nBcc: alla@example.org", "Hej\nBcc: alla@example.org"])
def test_s41_nobody_puts_a_header_into_a_letter(bad):
    headers = {"List-Unsubscribe": bad, "X-Follows": bad}
    content = compose(Written(subject=bad, headers=headers, sender=f"{bad} <v@example.org>"), "1@x")
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert message["Bcc"] is None
    assert message["Subject"] == "Hej Bcc: alla@example.org"


def test_a_long_way_out_is_one_that_mail_programs_can_follow():
    way_out = f"<https://arenden.kommun.example/sluta-folja/{'0a' * 40}>"
    content = compose(Written(headers={"List-Unsubscribe": way_out}), "1@example.org")
    assert f"List-Unsubscribe: {way_out}\r\n".encode() in content


@pytest.mark.parametrize("bad", ["berit", "@example.org", "berit@", "a b@x.se\r\nBcc: c@x.se", ""])
def test_what_is_no_address_is_refused(bad):
    with pytest.raises(ValueError):
        compose(Written(to_email=bad), "1@example.org")


def test_s41_an_address_with_line_ends_never_reaches_the_server(smtp_sink):
    letter = Outgoing(sender="v@example.org", recipient="b@x.se>\r\nDATA", content=b"hej")
    with pytest.raises(RefusedForGood):
        send(smtp_sink, letter)
    assert smtp_sink.attempts == 0


def test_many_letters_go_over_one_connection(smtp_sink):
    with quick(smtp_sink).connection() as line:
        for number in range(5):
            line.send(outgoing(number=number))
    assert (len(smtp_sink.letters), smtp_sink.connections) == (5, 1)


@pytest.mark.parametrize(("mood", "verdict"), [("451", RefusedForNow), ("550", RefusedForGood)])
def test_not_now_and_never_are_told_apart(smtp_sink, mood, verdict):
    smtp_sink.mood = mood
    with pytest.raises(verdict, match=mood):
        send(smtp_sink)


def test_a_refused_address_is_told_and_the_line_still_serves(smtp_sink):
    smtp_sink.moods_by_address["gone@example.org"] = "550"
    with quick(smtp_sink).connection() as line:
        with pytest.raises(RefusedForGood):
            line.send(outgoing("gone@example.org"))
        line.send(outgoing())
    assert (len(smtp_sink.letters), smtp_sink.connections) == (1, 1)


def test_a_server_that_does_not_listen_is_unreachable(smtp_sink):
    smtp_sink.mood = "refuse"
    with pytest.raises(Unreachable):
        send(smtp_sink)


@pytest.mark.parametrize("mood", ["hang", "drop"])
def test_a_line_that_breaks_after_the_dot_is_told_and_opened_again(smtp_sink, mood):
    with quick(smtp_sink).connection() as line:
        smtp_sink.mood = mood
        with pytest.raises(ConnectionLost):
            line.send(outgoing(number=1))
        smtp_sink.mood = "accept"
        line.send(outgoing(number=2))
    assert smtp_sink.letters[-1].message["Message-ID"] == "<2@example.org>"


def test_a_line_that_went_stale_costs_nothing(smtp_sink):
    with quick(smtp_sink).connection() as line:
        line.send(outgoing(number=1))
        smtp_sink.close()
        smtp_sink.open()
        line.send(outgoing(number=2))
    assert (len(smtp_sink.letters), smtp_sink.connections) == (2, 2)


def test_a_server_that_never_greets_does_not_hold_us():
    with socket.create_server((LOOPBACK, free_port())) as mute:
        server = SmtpServer("smtp", LOOPBACK, mute.getsockname()[1], connect_seconds=0.2)
        with pytest.raises(Unreachable), server.connection():
            pass


def test_a_server_that_will_not_say_good_bye_has_accepted_all_the_same():
    with socket.create_server((LOOPBACK, 0)) as listening:
        threading.Thread(target=_accept_one_and_vanish, args=(listening,), daemon=True).start()
        server = SmtpServer("smtp", LOOPBACK, listening.getsockname()[1])
        with server.connection() as line:
            line.send(outgoing())


def _accept_one_and_vanish(listening):
    connection, _ = listening.accept()
    with connection, connection.makefile("rb") as lines:
        connection.sendall(b"220 hej\r\n")
        for line in lines:
            if line.upper() == b"DATA\r\n":
                connection.sendall(b"354 go on\r\n")
                while next(lines) != b".\r\n":
                    pass
                connection.sendall(b"250 kept\r\n")
                return
            connection.sendall(b"250 fine\r\n")


def test_a_server_without_tls_gets_no_letter_that_should_be_encrypted(smtp_sink):
    server = SmtpServer("smtp+starttls", LOOPBACK, smtp_sink.port)
    with pytest.raises(Unreachable), server.connection():
        pass


def test_a_url_names_the_server():
    server = server_at("smtps://anna:s%40kert@post.example.se", "arenden.example.se")
    assert (server.name, server.username, server.password, server.hello) == (
        "post.example.se:465", "anna", "s@kert", "arenden.example.se",
    )  # fmt: skip
    assert "s@kert" not in repr(server)


# --- the local mailbox ---------------------------------------------------------------------


def test_a_letter_is_kept_once_however_often_it_is_sent(tmp_path):
    mailbox = Mailbox(tmp_path / "mailbox")
    assert mailbox.letters() == []
    for _ in range(2):
        with mailbox.connection() as line:
            line.send(outgoing())
    (kept,) = mailbox.letters()
    assert (kept.to, kept.subject) == ("berit@example.org", "Ärende 2026-0042: åtgärdat")
    assert SWEDISH in mailbox.letter(kept.name).get_body(("plain",)).get_content()


def test_the_newest_letter_stands_first(tmp_path):
    mailbox = Mailbox(tmp_path)
    names = [mailbox.keep(outgoing(number=number).content) for number in range(3)]
    assert [letter.name for letter in mailbox.letters(2)] == [names[2], names[1]]


@pytest.mark.parametrize("name", ["../secret-key", "nothing", "0" * 32 + ".eml"])
def test_only_letters_are_read_from_the_mailbox(tmp_path, name):
    (tmp_path / "secret-key").write_text("hemligt")
    mailbox = Mailbox(tmp_path / "mailbox")
    mailbox.keep(outgoing().content)
    assert mailbox.letter(name) is None
