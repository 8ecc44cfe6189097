"""The demonstration has mails of each kind, among them what an officer and a group answered, seen on their cases."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.houses.small_pages import visitor
from support.houses.small_web import Web, borrow_web
from support.inbound.incoming_mail import MailHouse
from support.inbound_rows import kept_rows

from cases.states import State
from notifications.inbound_mail import InboundOutcome
from workers.relay.demonstration_mails import let_mails_come_in


@pytest.fixture
def web(house_url: str, tmp_path: Path) -> Iterator[Web]:
    web = borrow_web(house_url, tmp_path)
    yield web
    web.give_app_back()


def test_an_officer_and_a_group_answer_by_mail(web: Web) -> None:
    mails = MailHouse(web)
    ref = web.house.reach(State.IN_PROGRESS, at=datetime.now(UTC), group="norrby")
    assert mails.count_letters_to("officer") > 0
    let_mails_come_in(web.database, web.settings)
    outcomes = [row.outcome for row in kept_rows(web.database)]
    assert outcomes == [InboundOutcome.CASE, InboundOutcome.CASE, InboundOutcome.COMMENT, InboundOutcome.COMMENT]
    page = visitor(web, "contact").read(f"/arenden/{ref}")
    assert "Vi har varit ute och tittat" in page
    assert "Några av oss i gruppen hjälper gärna till" in page
    written = web.house.events(ref, "case.commented")
    assert {event.person_id for event in written} == {web.person_id("officer"), web.person_id("member")}
    assert all(event.facts["channel"] == "mail" and "doubt" not in event.facts for event in written)


def test_without_a_letter_to_answer_only_new_mails_come(web: Web) -> None:
    MailHouse(web)
    let_mails_come_in(web.database, web.settings)
    assert [row.outcome for row in kept_rows(web.database)] == [InboundOutcome.CASE] * 2
