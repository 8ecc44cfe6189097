"""Back from the receipt to a form that had been refused, in a real browser: the words are there, and are sent once."""

import pytest
from sqlalchemy import func, select

from cases.case import Case

SLOWER_THAN_A_MACHINE = 3_200  # milliseconds
SEND = "form[data-found-again] button[type=submit]"
pytestmark = pytest.mark.browser


def test_back_to_a_refused_form_and_send_again_makes_no_second_case(town, address, browser):
    with browser.new_context(locale="sv-SE") as context:
        page = context.new_page()
        page.goto(f"{address}/lamna")
        page.fill("#description", "Sedan i höst")
        page.wait_for_timeout(SLOWER_THAN_A_MACHINE)
        page.click(SEND)
        page.wait_for_selector(".ds-error-summary")
        page.fill("#title", "Lampan är släckt")
        page.click(SEND)
        page.wait_for_url("**/kvitto/*")
        receipt = page.url
        page.go_back()
        assert (page.input_value("#title"), page.input_value("#description")) == ("Lampan är släckt", "Sedan i höst")
        page.click(SEND)
        page.wait_for_url("**/kvitto/*")
        assert page.url == receipt
        assert "Du har redan skickat det här" in page.inner_text("main")
    with town.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Case)) == 1
