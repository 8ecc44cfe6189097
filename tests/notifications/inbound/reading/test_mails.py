"""MAIL 2.4-2.6: each mail of tests/data becomes what its expected.json says."""

import pytest
from support.inbound.mails_in import OURS, TOKEN, expected_mails, raw_mail, read

from notifications.inbound.reading.what_a_mail_says import OurAddresses

GIVEN, MORE = expected_mails("mails"), expected_mails("more_mails")
VENTIL = OurAddresses(mail_from="ventil@ventil.test")
SAID_OF_A_BOUNCE = ("status", "action", "final_recipient", "original_recipient", "is_permanent")


@pytest.mark.parametrize("name", GIVEN)
def test_a_mail_that_was_given_says_its_new_words_and_its_kind(name):
    mail = read(raw_mail("mails", name), ours=VENTIL)
    assert (mail.kind, mail.words) == (GIVEN[name]["kind"], GIVEN[name]["new"])
    assert not (mail.gave_up or mail.too_big or mail.too_many_parts)


@pytest.mark.parametrize("name", MORE)
def test_a_mail_of_our_own_becomes_what_it_must(name):
    expected, mail = dict(MORE[name]), read(raw_mail("more_mails", name))
    assert (mail.kind, mail.words) == (expected.pop("kind"), expected.pop("words").replace("{token}", TOKEN))
    assert not (mail.gave_up or mail.too_big or mail.too_many_parts)
    files = [[one.name, one.media_type, one.content.decode().strip()] for one in mail.attachments]
    assert files == expected.pop("files", [])
    bounces = [[getattr(bounce, name) for name in SAID_OF_A_BOUNCE] for bounce in mail.bounces]
    assert bounces == expected.pop("bounces", [])
    assert expected.pop("whole_has", "") in mail.whole
    assert mail.returned_message_id == expected.pop("returned", "")
    assert mail.subject == expected.pop("subject_is", mail.subject)
    assert mail.is_junk is expected.pop("is_junk", False)
    assert {field: getattr(mail, field) for field in expected} == expected


def test_every_mail_is_expected_and_every_expected_mail_is_there():
    for folder, expected in (("mails", GIVEN), ("more_mails", MORE)):
        assert all(raw_mail(folder, name) for name in expected)
    assert len(MORE) >= 40


def test_the_headers_of_a_reply_are_read():
    mail = read(raw_mail("mails", "18_attachment"))
    assert mail.sender == "fragar@prov.example"
    assert mail.sender_name == "Den som frågade"
    assert mail.subject == "SV: [2026-0042] Lyktan vid skolan är släckt"
    assert mail.recipients == (TOKEN,)
    assert mail.in_reply_to == ("d1@ventil.test",)
    assert mail.references == ("d0@ventil.test", "d1@ventil.test")
    assert mail.message_id == "179590196344.25978.13703474575929057776@prov.example"
    assert mail.date and mail.date.isoformat() == "2026-11-27T09:12:00+00:00"
    (picture,) = mail.attachments
    assert (picture.name, picture.media_type) == ("lykta å.png", "image/png")
    assert picture.content == b"\x89PNG\r\n\x1a\n"
    assert OURS.mail_from not in mail.recipients
