"""The small house, with letters that can be answered by mail."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.houses.small_house import copied_sqlite, furnish
from support.houses.small_web import borrow_web
from support.inbound.incoming_mail import MailHouse


@pytest.fixture
def mails(house_url: str, tmp_path: Path) -> Iterator[MailHouse]:
    """The house on each database: for what a database must keep, find or refuse."""
    yield from _borrowed(house_url, tmp_path)


@pytest.fixture
def quick_mails(run_folder: Path, tmp_path: Path) -> Iterator[MailHouse]:
    """The house on SQLite: for what is decided by what a mail says, and is the same on each database."""
    yield from _borrowed(copied_sqlite(run_folder, tmp_path, "small_house", furnish), tmp_path)


def _borrowed(url: str, folder: Path) -> Iterator[MailHouse]:
    web = borrow_web(url, folder)
    yield MailHouse(web)
    web.give_app_back()
