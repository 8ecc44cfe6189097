"""What htmx gets for a part of a page: it is led to another page, and shows an error instead of losing the list."""

from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor

from cases.case import case_to_change
from cases.correcting import Correction, correct


def part(browser, path, shown):
    """Ask for a part as htmx does on the page `shown`."""
    return browser.get(path, headers={"HX-Request": "true", "HX-Current-URL": f"http://localhost{shown}"})


def published(web):
    """Publish a case; return its reference."""
    house = web.house
    ref = house.hand_in("Hål i vägen", category="trafik")
    with web.database.transaction() as session:
        case = case_to_change(session, ref)
        correct(session, case, Correction(published=True), by=house.actors["contact"], at=MONDAY)
    return ref


def test_a_redirect_to_another_page_leads_there_and_empties_no_list(sqlite_web):
    ref = published(sqlite_web)
    answer = part(sqlite_web.browser(), f"/sok?q={ref}", "/sok")
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, f"/arenden/{ref}")
    assert "Location" not in answer.headers


def test_when_the_log_in_has_ended_the_log_in_page_opens_and_leads_back_to_the_list(sqlite_web):
    answer = part(sqlite_web.browser(), "/arenden?q=hål", "/arenden")
    assert answer.headers["HX-Redirect"] == "/logga-in?next=/arenden?q%3Dh%C3%A5l"


def test_a_redirect_to_the_page_that_is_shown_stays_one(sqlite_web):
    ref = published(sqlite_web)
    answer = part(sqlite_web.browser(), f"/sok?q={ref}", f"/arenden/{ref}")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/arenden/{ref}")


def test_an_error_takes_the_place_of_the_whole_content(sqlite_web):
    answer = part(visitor(sqlite_web, "officer").browser, "/enhet/finns-inte", "/enhet/gata")
    assert (answer.status_code, answer.headers["HX-Retarget"], answer.headers["HX-Reselect"]) == (
        404, "#innehall", "#innehall",
    )  # fmt: skip
    assert "HX-Retarget" not in visitor(sqlite_web, "officer").get("/enhet/finns-inte").headers
