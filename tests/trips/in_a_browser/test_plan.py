"""A group's plan on a telephone without JavaScript: from the first draft to the adopted plan and what was done."""

import pytest
from support.screen import Screen

PHONE = {"width": 390, "height": 844}


@pytest.mark.browser
def test_a_member_takes_the_plan_from_draft_to_done(town, browser, address):
    member = Screen(browser, address, viewport=PHONE, java_script_enabled=False)
    page = member.page
    member.be("Member")
    member.open("/enhet/norrby")
    page.get_by_role("link", name="Planen", exact=True).click()
    member.says("Gruppen har inte antagit någon plan än.")
    page.get_by_role("button", name="Skriv den första planen").click()

    page.get_by_label("Områdets namn").fill("Mötesplatser")
    page.get_by_role("button", name="Lägg till ett område").click()
    assert page.get_by_label("Områdets namn").count() == 2
    page.get_by_label("Områdets namn").last.fill("Vägar")
    page.get_by_label("Vad ska göras?").fill("Måla bystugan")
    page.get_by_role("button", name="Lägg till en åtgärd").click()
    page.get_by_label("Vad ska göras?").last.fill("Cykelväg till tätorten")
    page.get_by_label("Vem gör det?").last.select_option("asked")
    page.locator("#item-1-area").select_option(label="Vägar")
    page.locator("#item-1-responsible").select_option("")
    page.get_by_role("button", name="Spara och gå vidare").click()

    member.says("3 saker saknas")
    assert page.get_by_role("button", name="Anta planen").count() == 0
    page.get_by_role("link", name="Måla bystugan: välj ämne.").click()
    assert page.url.endswith("/utkast#item-0-category")
    page.locator("#item-0-category").select_option("belysning")
    page.locator("#item-1-category").select_option("trafik")
    page.locator("#item-1-responsible").select_option("gata")
    page.get_by_role("button", name="Spara och gå vidare").click()

    member.says("2 nya ärenden, 0 fortsätter, 0 tas bort.")
    page.get_by_label("Var?").fill("Bystugan")
    page.get_by_role("button", name="Anta planen").click()
    member.says("Kryssa i att ni vet att alla kan läsa planen.")
    assert page.get_by_label("Var?").input_value() == "Bystugan"
    page.get_by_label("Vi vet att alla kan läsa planen").check()
    page.get_by_role("button", name="Anta planen").click()
    member.says("Planen är antagen: 2 nya ärenden, 0 fortsätter, 0 tas bort. Nu kan alla läsa den här.")

    page.get_by_role("link", name="Det här är gjort Måla bystugan").click()
    page.get_by_role("button", name="Det här är gjort").click()
    member.says("Skriv hur det gick. Alla kan läsa det.")
    page.get_by_label("Vem gjorde det?").fill("Ungdomarna")
    page.get_by_label("Hur gick det?").fill("Den är röd igen")
    page.get_by_role("button", name="Det här är gjort").click()
    member.says("av Ungdomarna")

    anybody = Screen(browser, address, viewport=PHONE, java_script_enabled=False)
    anybody.open("/plan/norrby")
    anybody.says("Cykelväg till tätorten")
    anybody.says("av Ungdomarna")
    for screen in (anybody, member):
        assert screen.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        screen.close()
