"""Who wrote to whom, what kind of mail it is, and which copies are one mail: by headers alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.inbound.mails_in import OURS, TOKEN, a_mail, headers_of, read

from notifications.inbound.reading.authentication import is_junk, verdict_on
from notifications.inbound.reading.fingerprint import content_hash
from notifications.inbound.reading.headers import head_and_body
from notifications.inbound.reading.kinds import kind_of
from notifications.inbound.reading.what_a_mail_says import MailKind, SenderVerdict

LOOKED_AT = [
    *(b"From", b"To", b"Date", b"Subject", b"Message-ID", b"Authentication-Results", b"Content-Type", b"Return-Path"),
    *(b"X-Spam-Status", b"Precedence", b"Auto-Submitted", b"Content-Language", b"Delivered-To", b"X-Forefront"),
]


def kind(raw: bytes, envelope_sender: str | None = None) -> MailKind:
    return kind_of(headers_of(raw), bounces=(), methods=(), ours=OURS, envelope_sender=envelope_sender)


def fingerprint(raw: bytes) -> str:
    return content_hash(*head_and_body(raw))


def test_an_address_of_ours_is_looked_for_where_servers_noted_it_first():
    headers = (
        b"Cc: D <d@byn.example>, c@BYN.example\nX-Original-To: b@byn.example\n"
        b"Delivered-To: " + TOKEN.upper().encode() + b"\nDelivered-To: b@byn.example\n"
    )
    assert read(a_mail(headers=headers)).recipients == (
        *(TOKEN, "b@byn.example", "x@skogslunda.example", "d@byn.example", "c@byn.example"),
    )


def test_whoever_writes_is_known_by_the_normalised_address():
    raw = a_mail().replace(b"britta@byn.example", "Britta@BYNÅS.example".encode())
    mail = read(raw)
    assert (mail.sender, mail.sender_name) == ("britta@xn--byns-soa.example", "Britta Ek")


def test_a_name_cannot_pass_for_an_address():
    raw = a_mail().replace(b"Britta Ek <", b'"chef@skogslunda.example, Chef" <')
    assert (read(raw).sender, read(raw).sender_name) == ("britta@byn.example", "chef@skogslunda.example, Chef")


@pytest.mark.parametrize("date", [b"", b"nyss", b"Fri, 99 Nov 2026 10:00:00 +0100", b"Fri, 27 Nov 99999 10:00 +0000"])
def test_a_date_that_is_none_is_none(date):
    assert read(a_mail(headers=b"Date: " + date + b"\n")).date is None


def test_a_date_without_zone_is_in_utc():
    mail = read(a_mail(headers=b"Date: Fri, 27 Nov 2026 10:00:00 -0000\n"))
    assert mail.date and mail.date.isoformat() == "2026-11-27T10:00:00+00:00"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (b"", MailKind.REPLY),
        (b"Auto-Submitted: no\n", MailKind.REPLY),
        (b"Auto-Submitted: NO; x=y\n", MailKind.REPLY),
        (b"Auto-Submitted: auto-generated\n", MailKind.AUTO),
        (b"Auto-Submitted: AUTO-REPLIED (vacation)\n", MailKind.AUTO),
        (b"Auto-Submitted: no\nAuto-Submitted: auto-replied\n", MailKind.AUTO),
        (b"Precedence: first-class\n", MailKind.REPLY),
        (b"Precedence: Junk\n", MailKind.AUTO),
        (b"Precedence: list\n", MailKind.AUTO),
        (b"Precedence: bulk\n", MailKind.AUTO),
        (b"List-Id: <a.byn.example>\n", MailKind.AUTO),
        (b"List-Unsubscribe: <https://lista.byn.example/>\n", MailKind.AUTO),
        (b"Return-Path: <>\n", MailKind.AUTO),
        (b"return-path: < >\n", MailKind.AUTO),
        (b"Return-Path:\n", MailKind.AUTO),
        (b"Return-Path: <britta@byn.example>\n", MailKind.REPLY),
        (b"X-Auto-Response-Suppress: All\n", MailKind.REPLY),
        (b"X-Autorespond: 1\n", MailKind.AUTO),
    ],
)
def test_s45_a_machine_is_known_by_what_it_declares(headers, expected):
    assert kind(a_mail(headers=headers)) is expected


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (b"Autosvar: Halka", MailKind.AUTO),
        (b"=?utf-8?q?Fr=C3=A5nvaro=3A_Halka?=", MailKind.AUTO),
        (b"Out of Office: Halka", MailKind.AUTO),
        (b"Automatic reply: Halka", MailKind.AUTO),
        (b"SV: Halka", MailKind.REPLY),
        (b"Om autosvar", MailKind.REPLY),
    ],
)
def test_an_automatic_subject_counts_where_a_program_asks_for_no_automatic_answer(subject, expected):
    raw = a_mail(headers=b"X-Auto-Response-Suppress: All\n").replace(b"Subject: Halka", b"Subject: " + subject)
    assert kind(raw) is expected
    assert kind(raw.replace(b"X-Auto-Response-Suppress", b"X-Other")) is MailKind.REPLY


def test_s45_the_envelope_is_believed_before_the_header():
    with_path = a_mail(headers=b"Return-Path: <>\n")
    assert kind(with_path, "britta@byn.example") is MailKind.REPLY
    assert kind(a_mail(), "") is MailKind.AUTO
    assert kind(a_mail(), "<>") is MailKind.AUTO
    assert read(a_mail(), envelope_sender="").kind is MailKind.AUTO


@pytest.mark.parametrize(
    ("message_id", "sender", "expected"),
    [
        (b"901.0123456789abcdef0123@skogslunda.example", b"b@byn.example", MailKind.LOOP),
        (b"901.0123456789ABCDEF0123@SKOGSLUNDA.example", b"b@byn.example", MailKind.LOOP),
        (b"901.0123456789abcdef0123@annan.example", b"b@byn.example", MailKind.REPLY),
        (b"901.0123@skogslunda.example", b"chef@skogslunda.example", MailKind.REPLY),
        (b"m@skogslunda.example", b"Ventil@skogslunda.example", MailKind.LOOP),
    ],
)
def test_s45_a_letter_of_ours_is_known_when_it_comes_back(message_id, sender, expected):
    raw = a_mail().replace(b"m@byn.example", message_id).replace(b"britta@byn.example", sender)
    assert kind(raw) is expected
    assert read(raw).words == ("" if expected is MailKind.LOOP else "Hej")


def test_a_person_who_quotes_a_bounce_is_a_person():
    body = b"Jag fick detta:\n\n<britta@byn.example>:\nSorry, no mailbox here by that name. (#5.1.1)\n"
    mail = read(a_mail(b"Hi. This is the qmail-send program at mx.byn.example.\n" + body))
    assert (mail.kind, mail.bounces) == (MailKind.REPLY, ())


@given(st.lists(st.tuples(st.sampled_from(LOOKED_AT), st.binary(max_size=80)), max_size=8))
def test_whatever_stands_in_a_header_nothing_is_raised(headers):
    found = headers_of(b"".join(name + b": " + value + b"\n" for name, value in headers))
    assert kind_of(found, bounces=(), methods=(), ours=OURS, envelope_sender=None) in MailKind
    assert verdict_on(found, OURS) in SenderVerdict
    assert isinstance(is_junk(found), bool)
    assert all("@" in address for address in found.recipients)
    assert len(found.language) <= 3
    assert found.date is None or found.date.tzinfo
    assert "\n" not in found.first("Subject")


TRACES = (
    b"Return-Path: <britta@byn.example>\nDelivered-To: a@skogslunda.example\nX-Original-To: a@skogslunda.example\n"
    b"Received: from mx.byn.example\n by mx.skogslunda.example; Fri, 27 Nov 2026 10:00:00 +0100\nX-Spam-Flag: NO\n"
    b"Authentication-Results: mx.skogslunda.example; none\nARC-Seal: i=1; a=rsa-sha256\n"
)


def test_s49_two_copies_of_one_mail_have_the_same_fingerprint():
    plain = read(a_mail()).content_hash
    assert len(plain) == 64
    assert fingerprint(TRACES + a_mail()) == plain
    assert fingerprint((TRACES.replace(b"a@", b"b@") + a_mail()).replace(b"\n", b"\r\n")) == plain
    assert fingerprint(a_mail() + b"\n") == plain


@pytest.mark.parametrize(
    "change", [(b"Hej", b"Hey"), (b"Halka", b"Halt"), (b"m@byn", b"n@byn"), (b"\nTo:", b"\nX-Received-By: me\nTo:")]
)
def test_s49_another_mail_has_another_fingerprint(change):
    assert fingerprint(a_mail().replace(*change)) != fingerprint(a_mail())
