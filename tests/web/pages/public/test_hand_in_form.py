"""The form for handing in: what most people need stands open, and a refusal opens the section in which it is."""

import re

from sqlalchemy import select, update
from support.houses.small_pages import stamp, visitor, words

from cases.organisation.municipality import municipality
from cases.organisation.places import Place
from cases.organisation.units import Unit


def sections(page):
    """Return whether the section with the place, and in it the one with the coordinates, is open."""
    form = page.partition('action="/lamna"')[2].partition("</form>")[0]
    return tuple(bool(part) for part in re.findall(r'<details class="more"\s+(open)?\s*>', form))


def test_the_photo_stands_outside_what_is_folded(sqlite_web):
    page = visitor(sqlite_web).get("/lamna").text
    assert page.index('type="file"') < page.index('<details class="more"')
    assert "Ange plats med koordinater" in page
    assert "Grader nord" not in page
    assert sections(page) == (False, False)


def test_only_the_section_with_the_fault_opens(sqlite_web):
    def after(**form):
        return sections(visitor(sqlite_web).send("/lamna", stamp=stamp(sqlite_web), **form).text)

    assert after(title="", place="norrby", name="Anna") == (False, False)
    assert after(title="Lampan", position="bortom ån") == (True, True)
    assert after(title="Lampan", name="x" * 300) == (True, False)


def test_a_member_says_for_whom_and_the_place_is_the_groups(sqlite_web):
    with sqlite_web.database.transaction() as session:
        place = session.scalars(select(Place)).first()
        session.execute(update(Unit).where(Unit.slug == "norrby").values(place_id=place.id))
        slug = place.slug
    browser = visitor(sqlite_web, "member")
    page = browser.get("/lamna?group=norrby").text
    assert "Jag lämnar in för Mig själv" in words(page)
    assert f'<option value="{slug}" selected>' in page
    assert f'<option value="{slug}" selected>' not in browser.get("/lamna?group=gata").text
    assert f'<option value="{slug}" selected>' not in visitor(sqlite_web).get("/lamna?group=norrby").text


def test_who_is_protected_reads_what_to_do(sqlite_web):
    with sqlite_web.database.transaction() as session:
        municipality(session).contact_phone = "0500-12 34 56"
    page = visitor(sqlite_web).read("/lamna")
    assert "Har du skyddade personuppgifter? Skriv inget som kan visa vem du är." in page
    assert "Eller ring kontaktpersonen: 0500-12 34 56" in page
    assert "Skriv helst inga personnummer" in page


def test_english_is_what_a_municipality_writes(sqlite_web):
    page = visitor(sqlite_web).read("/lamna?lang=en")
    assert "Report an issue or suggest an idea" in page
    assert "Preferably no personal identity numbers" in page
    assert "Median time to completion" in visitor(sqlite_web).read("/statistik?lang=en")
