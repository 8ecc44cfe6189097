"""What the doctor says of incoming mail: one clear line for each thing that is wrong, and how to mend it."""

import pytest
from support.keys import SECRET_KEY
from support.servers.services import LOOPBACK, free_port

from cases.settings import read_settings
from workers.health.doctor import look_over
from workers.health.incoming import incoming_checks
from workers.health.round_trip import send_a_letter_round


def said_of(database, tmp_path, **given):
    settings = read_settings({"VENTIL_SECRET_KEY": SECRET_KEY, **given}, folder=tmp_path)
    found = look_over(database, settings, incoming_checks(settings.incoming))
    return [str(finding) for finding in found if "mailbox arende" in finding.what or "door for mail" in finding.what]


@pytest.fixture
def database(small_house):
    return small_house.database


def test_a_mailbox_that_can_be_read_is_fine(database, tmp_path, mailbox):
    (line,) = said_of(database, tmp_path, VENTIL_MAIL_IN=mailbox.url())
    assert line.startswith("ok    mailbox arende-") and "0 waiting" in line


def test_a_wrong_password_is_one_line_with_its_remedy(database, tmp_path, mailbox):
    (line,) = said_of(database, tmp_path, VENTIL_MAIL_IN=mailbox.url(password="alldeles-fel"))
    assert line.startswith("fail  mailbox") and "refuses the log-in" in line and "VENTIL_MAIL_IN" in line
    assert "alldeles-fel" not in line and "\n" not in line


def test_a_folder_that_is_missing_is_named(database, tmp_path, mailbox):
    (line,) = said_of(database, tmp_path, VENTIL_MAIL_IN=mailbox.url(folder="Ärenden"))
    assert "the folder Ärenden cannot be opened" in line and "make the folder" in line


def test_a_door_at_which_nobody_listens_is_said(database, tmp_path):
    (line,) = said_of(database, tmp_path, VENTIL_LMTP=f"{LOOPBACK}:{free_port()}")
    assert line.startswith("fail  door for mail: nobody answers at") and line.endswith(
        "start `ventil lmtp`, or `ventil up`"
    )


def test_a_letter_to_ourselves_that_cannot_be_sent_is_a_failure(database, tmp_path):
    settings = read_settings({"VENTIL_SECRET_KEY": SECRET_KEY}, folder=tmp_path)
    (finding,) = send_a_letter_round(settings, database)
    said = "fail  VENTIL_MAIL_IN, VENTIL_MAIL_REPLY, VENTIL_SMTP_URL are not set: no letter was sent to ourselves, "
    assert str(finding).startswith(f"{said}nothing of incoming mail could be tried: set VENTIL_MAIL_IN")
