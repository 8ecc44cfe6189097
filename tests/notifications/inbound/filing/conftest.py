"""The small house on each database, with letters that can be answered by mail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.houses.small_web import borrow_web
from support.inbound.incoming_mail import MailHouse


@pytest.fixture
def mails(house_url: str, tmp_path: Path) -> Iterator[MailHouse]:
    web = borrow_web(house_url, tmp_path)
    yield MailHouse(web)
    web.give_app_back()
