"""The small house's app, with letters that can be answered by mail."""

import pytest
from support.houses.small_web import Web
from support.inbound.incoming_mail import MailHouse


@pytest.fixture
def mails(web: Web) -> MailHouse:
    return MailHouse(web)


@pytest.fixture
def sqlite_mails(sqlite_web: Web) -> MailHouse:
    return MailHouse(sqlite_web)
