"""The page of a plan: what everybody reads, what its group may do, and what nobody else sees."""

import csv
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from support.houses.small_house import MONDAY
from support.houses.small_pages import visitor
from support.plans.plan_acts import A_YEAR_ON, ASKED, OWN, WHOLE, PlanActs, content_of, dropping

from cases.administration.reorganising import dissolve_unit
from cases.organisation.units import unit_named
from cases.states import State


@pytest.fixture
def plan(sqlite_web):
    """The acts on the plan of norrby."""
    return PlanActs(sqlite_web.house)


@pytest.mark.parametrize("who", [None, "neighbour", "member", "officer", "contact"])
def test_everybody_reads_the_plan_in_plain_words(sqlite_web, plan, who):
    plan.adopted()
    page = visitor(sqlite_web, who).read("/plan/norrby")
    assert "Planen 2026" in page
    assert "Version 1, antagen 2 mars 2026" in page
    assert "Uppdateras senast" in page
    assert "Uppdateras senast 16 mars 2026" not in page
    assert "En by att bo i" in page
    for title in ("Måla bystugan", "Ny badplats", "Cykelväg till tätorten"):
        assert title in page


def test_own_items_stand_first_in_each_area_and_areas_by_rank(sqlite_web, plan):
    plan.adopted()
    page = visitor(sqlite_web).read("/plan/norrby")
    order = ["Vägar", "Vi gör det själva", "Måla bystugan", "Cykelväg till tätorten", "Bad", "Ny badplats"]
    places = [page.index(words) for words in order if words in page]
    assert len(places) >= 5
    assert places == sorted(places)


def test_the_state_of_each_item_is_told_in_words(sqlite_web, plan):
    plan.adopted()
    assert "Försenat" in visitor(sqlite_web).read("/plan/norrby")  # the third quarter of 2026 has passed
    ref = plan.named("Måla bystugan").case
    sqlite_web.house.change(ref, State.DONE, by="member", note="Målad", done_by="Ungdomarna")
    page = visitor(sqlite_web).read("/plan/norrby")
    assert "Gjort 2 mars 2026 av Ungdomarna" in page
    assert "33 % 1 av 3 klara Klart 1" in page
    assert "33 % 1 av 3 klara Klart 1" in visitor(sqlite_web).read("/bygd/norrby")  # both pages count alike


def test_a_group_without_a_plan_is_asked_to_write_its_first(sqlite_web, plan):
    plan.house.sweep(MONDAY)
    for path in ("/plan/norrby", "/bygd/norrby"):
        page = visitor(sqlite_web, "member").read(path)
        assert "Skriv den första planen" in page
        assert "Uppdatera planen" not in page
    plan.adopted()
    assert "Uppdatera planen" in visitor(sqlite_web, "member").read("/plan/norrby")


def test_what_others_are_asked_for_is_passed_on(sqlite_web, plan):
    plan.adopted(at=datetime.now(UTC))
    page = visitor(sqlite_web).read("/plan/norrby")
    assert "Lämnat vidare" in page
    assert "Försenat" not in page


def test_personal_data_are_masked_for_all_but_the_group_and_staff(sqlite_web, plan):
    plan.adopted(content_of(plan_with_number(plan)))
    who_sees = "Telefonnummer och mejladresser ser bara gruppen och kommunen."
    for who, sees in ((None, False), ("neighbour", False), ("member", True), ("officer", True)):
        page = visitor(sqlite_web, who).read("/plan/norrby")
        assert ("070-174" in page) is (who_sees in page) is sees, who
    key = plan.named("Ring 070-174 06 05").key
    for path in ("/plan/norrby/forankring", f"/plan/norrby/gjort/{key}"):
        assert f"Alla kan läsa det. {who_sees}" in visitor(sqlite_web, "member").read(path)


def plan_with_number(plan):
    """Return a draft whose item holds a telephone number."""
    plan.begin()
    return plan.put(replace(WHOLE, items=(replace(OWN, title="Ring 070-174 06 05"),)))


def test_only_those_who_write_it_have_its_buttons(sqlite_web, plan):
    plan.adopted()
    for who, has in ((None, False), ("neighbour", False), ("officer", False), ("member", True), ("contact", True)):
        page = visitor(sqlite_web, who).get("/plan/norrby").text
        for words in ("Uppdatera planen", "Visa hur bygden har varit med", "Det här är gjort"):
            assert (words in page) is has, (who, words)


def test_a_draft_shows_nothing_to_anybody_else(sqlite_web, plan):
    plan.adopted()
    plan.begin()
    canary = "Kanariefågeln sjunger"
    content = dropping(plan.draft(), "Ny badplats", canary)
    items = tuple(replace(item, title=canary, text=canary) for item in content.items)
    areas = tuple(replace(area, name=canary, why=canary) for area in content.areas)
    plan.put(replace(content, items=items, areas=areas, vision=canary, situation=canary, strengths=canary))
    for who in (None, "neighbour"):
        browser = visitor(sqlite_web, who)
        for path in ("", ".csv", "?version=1", "?version=2", "/utkast", "/anta", "/forankring", "/gjort/1"):
            page = browser.get(f"/plan/norrby{path}").get_data(as_text=True)
            assert canary not in page, (who, path)
        assert "utkast" not in browser.get("/plan/norrby").text.lower()
    assert "Fortsätt med utkastet" in visitor(sqlite_web, "member").read("/plan/norrby")


def test_earlier_versions_are_kept_and_say_that_they_are(sqlite_web, plan):
    plan.adopted()
    draft = plan.begin(at=A_YEAR_ON)
    plan.put(dropping(draft, "Ny badplats", "Ingen vill bada"), at=A_YEAR_ON)
    plan.adopt(at=A_YEAR_ON)
    anybody = visitor(sqlite_web)
    newest, older = anybody.read("/plan/norrby"), anybody.read("/plan/norrby?version=1")
    assert "Ingen vill bada" in newest
    assert "som inte gäller längre" not in newest
    assert "Det här är version 1, som inte gäller längre" in older
    assert "Ingen vill bada" not in older
    assert [anybody.get(f"/plan/norrby?version={wrong}").status_code for wrong in ("3", "x", "-1", "9" * 30)] == [
        404
    ] * 4


def test_a_group_without_a_plan_says_so(sqlite_web):
    page = visitor(sqlite_web).read("/plan/norrby")
    assert "Gruppen har inte antagit någon plan än." in page
    assert visitor(sqlite_web).get("/plan/ingenstans").status_code == 404
    assert visitor(sqlite_web).get("/plan/gata").status_code == 404


def test_the_plan_of_a_group_that_is_dissolved_is_read_on_and_written_no_more(sqlite_web, plan):
    plan.adopted()
    plan.begin(at=A_YEAR_ON)
    with sqlite_web.database.transaction() as session:
        dissolve_unit(session, unit_named(session, "norrby"), "desk", by=sqlite_web.house.actors["admin"], at=MONDAY)
    for who in (None, "member", "contact"):
        browser = visitor(sqlite_web, who)
        page = browser.get("/plan/norrby")
        assert page.status_code == 200 and "Måla bystugan" in page.text and "/utkast" not in page.text, who
        assert "Måla bystugan" not in browser.get("/planer").text
    for who, status in (("member", 403), ("contact", 404)):
        assert visitor(sqlite_web, who).get("/plan/norrby/utkast").status_code == status
        assert sqlite_web.post("/plans/norrby/adoption", {}, by=who).status_code == 404


def test_the_files_hold_the_items_of_the_page(sqlite_web, plan):
    plan.adopted()
    answer = visitor(sqlite_web).get("/plan/norrby.csv")
    lines = answer.get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert (
        lines[0].replace('"', "")
        == "title;responsible;year;quarter;kind;category;area;done_on;done_by;case;group;holder"
    )
    assert [line.split(";")[0].strip('"') for line in lines[1:]] == [
        "Måla bystugan", "Cykelväg till tätorten", "Ny badplats",
    ]  # fmt: skip
    assert visitor(sqlite_web).get("/plan/norrby.xlsx").data[:2] == b"PK"
    assert visitor(sqlite_web).get("/plan/norrby.csv?version=7").status_code == 404


def test_the_case_of_an_item_opens_as_fits_the_reader(sqlite_web, plan):
    plan.adopted()
    ref = plan.named("Måla bystugan").case
    for who in (None, "member", "contact"):
        browser = visitor(sqlite_web, who)
        assert f'href="/arenden/{ref}"' in browser.get("/plan/norrby").text
        assert browser.get(f"/arenden/{ref}").status_code == 200


def test_the_page_is_english_in_english(sqlite_web, plan):
    plan.adopted()
    page = visitor(sqlite_web).read("/plan/norrby?lang=en")
    assert "Version 1, adopted 2 March 2026" in page
    assert "Delayed" in page
    assert not re.search(
        r"[åäö]",
        re.sub(
            r"Måla bystugan|Cykelväg till tätorten|Vägar|Det är långt|Färg",
            "",
            page[page.index("The plan 2026") : page.index("Versions and files")],
        ),
    )


def test_the_plan_is_found_where_the_group_stands(sqlite_web, plan):
    member = visitor(sqlite_web, "member")
    assert 'href="/plan/norrby"' in member.get("/enhet/norrby").text
    assert 'href="/plan/' not in visitor(sqlite_web, "officer").get("/enhet/gata").text
    sqlite_web.house.sweep(MONDAY)
    owed = next(ref for ref in re.findall(r"/arenden/(\d{4}-\d{4})", member.get("/enhet/norrby").text))
    page = member.get(f"/arenden/{owed}").text
    assert "Det här väntas: den årliga uppdateringen av den lokala planen." in page
    assert 'href="/plan/norrby"' in page


def test_an_older_version_does_not_say_when_the_plan_is_updated_next(sqlite_web, plan):
    plan.house.sweep(MONDAY)
    plan.adopted()
    plan.begin(at=A_YEAR_ON)
    plan.adopt(at=A_YEAR_ON)
    assert "ppdaterats senast" not in visitor(sqlite_web).read("/plan/norrby?version=1")
    assert "Uppdateras senast" not in visitor(sqlite_web).read("/plan/norrby?version=1")
    assert re.search(r"(Uppdateras|uppdaterats) senast", visitor(sqlite_web).read("/plan/norrby"))


def test_an_item_that_has_another_day_than_the_plan_says_both(sqlite_web, plan):
    plan.adopted()
    ref = plan.named(OWN.title).case
    reader = visitor(sqlite_web)
    with time_machine.travel(MONDAY, tick=False):
        assert "2026, juli–september" in reader.read("/plan/norrby")
        assert "i planen:" not in reader.read("/plan/norrby")
        plan.house.change(ref, State.PLANNED, by="member", due_on=date(2027, 3, 3), note="Till våren")
        assert "nu senast 3 mars 2027, i planen: 2026, juli–september" in reader.read("/plan/norrby")
    with time_machine.travel(A_YEAR_ON + timedelta(days=10), tick=False):
        page = reader.read("/plan/norrby")
        assert "Skulle ha varit klart senast 3 mars 2027" in page
        assert "i planen: 2026, juli–september" in page


def test_the_village_and_the_plan_say_the_same_of_an_item(sqlite_web, plan):
    plan.adopted()
    with time_machine.travel(MONDAY, tick=False):
        for path in ("/plan/norrby", "/bygd/norrby"):
            assert visitor(sqlite_web).read(path).count("Lämnat vidare") == 2, path


def test_whom_the_group_asks_is_told_beside_who_has_the_case(sqlite_web, plan):
    plan.adopted()
    ref = plan.named("Cykelväg till tätorten").case
    for path in ("/plan/norrby", "/bygd/norrby"):
        assert "Vi ber: Gata (ligger hos kontaktpersonen)" in visitor(sqlite_web).read(path)
    rows = csv.DictReader(StringIO(visitor(sqlite_web).get("/plan/norrby.csv").text.lstrip("\ufeff")), delimiter=";")
    assert [(row["responsible"], row["holder"]) for row in rows] == [
        ("norrby", "norrby"), ("gata", "desk"), ("vatten", "desk"),
    ]  # fmt: skip
    items = {item["title"]: item for item in sqlite_web.get("/plans/norrby").json["items"]}
    said = {title: (item["responsible"], item["asked"]) for title, item in items.items()}
    assert said["Cykelväg till tätorten"] == ("desk", "gata")
    assert said["Måla bystugan"] == ("norrby", None)
    page = visitor(sqlite_web, "contact").get(f"/arenden/{ref}").text
    assert "Gruppen ber" in page
    assert 'href="/bygd/norrby"' in page
    assert f'href="/plan/norrby#punkt-{plan.named("Cykelväg till tätorten").key}"' in page
    sqlite_web.house.change(ref, State.ASSIGNED, responsible="vatten")
    assert "Vi ber: Gata (ligger hos Vatten)" in visitor(sqlite_web).read("/plan/norrby")
    sqlite_web.house.change(ref, State.ASSIGNED, responsible="gata", step="hand_over")
    assert "Vi ber: Gata" not in visitor(sqlite_web).read("/plan/norrby")


def test_the_unit_that_the_group_asks_is_chosen_when_the_case_is_given_away(sqlite_web, plan):
    plan.adopted(replace(WHOLE, items=(replace(ASKED, responsible="vatten"),)))  # the topic is usually gata's
    ref = plan.named(ASKED.title).case
    desk = visitor(sqlite_web, "contact")
    assert re.search(r'<option value="vatten" selected>', desk.get(f"/arenden/{ref}").text)
    sqlite_web.house.change(ref, State.ASSIGNED, responsible="vatten")
    sqlite_web.house.change(ref, State.RECEIVED, by="water_officer", reason="Inte vårt")
    assert re.search(r'<option value="gata" selected>', desk.get(f"/arenden/{ref}").text)


def test_an_item_whose_answer_is_late_is_not_late_itself(sqlite_web, plan):
    sqlite_web.house.sweep(MONDAY)
    plan.adopted()
    at = MONDAY + timedelta(days=30)
    ref = plan.named(ASKED.title).case
    with time_machine.travel(at, tick=False):
        for path in ("/plan/norrby", "/bygd/norrby"):
            page = visitor(sqlite_web).read(path)
            assert page.count("Svaret dröjer") == 2, path
            assert "Försenat" not in page, path
        rows = csv.DictReader(StringIO(visitor(sqlite_web).get("/planer.csv").text.lstrip("\ufeff")), delimiter=";")
        assert [row["items_late"] for row in rows if row["group"] == "norrby"] == ["0"]
        assert "försenad åtgärd" not in visitor(sqlite_web, "contact").read("/bygderna")
    plan.house.change(ref, State.PLANNED, due_on=at.date(), at=at)
    with time_machine.travel(at, tick=False):
        assert "Försenat" not in visitor(sqlite_web).read("/plan/norrby")
    with time_machine.travel(at + timedelta(days=1), tick=False):
        for path in ("/plan/norrby", "/bygd/norrby"):
            assert "Försenat 1" in visitor(sqlite_web).read(path), path
        assert "1 försenad åtgärd" in visitor(sqlite_web, "contact").read("/bygderna")


def test_own_work_says_by_when_it_is_done_and_what_is_asked_by_when_news_comes(sqlite_web, plan):
    plan.adopted()
    own, asked = plan.named(OWN.title).case, plan.named(ASKED.title).case
    anybody, member = visitor(sqlite_web), visitor(sqlite_web, "member")
    with time_machine.travel(MONDAY, tick=False):
        assert "Klart senast 30 september 2026" in anybody.read(f"/arenden/{own}")
        assert "Nästa besked senast" in anybody.read(f"/arenden/{asked}")
        plan.house.change(own, State.IN_PROGRESS, by="member", due_on=date(2026, 9, 30))
        assert "klart senast 30 september 2026" in member.read("/bygd/norrby")
    with time_machine.travel(MONDAY.replace(month=10), tick=False):
        assert "Skulle ha varit klart senast 30 september 2026." in anybody.read(f"/arenden/{own}")
