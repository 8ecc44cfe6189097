"""Photos from a telephone, in a real browser: made smaller before they are sent; and what is left without a script."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import ExifTags, Image
from sqlalchemy import select
from support.houses.small_web import Web
from support.servers.web_server import serving

from cases.case import Case
from cases.files.attachments import Attachment
from cases.files.storage import attachments_under

SLOWER_THAN_A_MACHINE = 3_200  # milliseconds
ONE_PHOTO = 1_500_000  # bytes over the wire
THE_REST = 20_000  # of a form
pytestmark = pytest.mark.browser


@pytest.fixture
def wire() -> list[int]:
    """The bytes of each form that came over the wire."""
    return []


@pytest.fixture
def address(town: Web, wire: list[int]) -> Iterator[str]:
    """The address of a real server of its app, which notes how many bytes it gets."""

    def counting(environ, start):
        if environ["REQUEST_METHOD"] == "POST":
            wire.append(int(environ["CONTENT_LENGTH"]))
        return town.app(environ, start)

    with serving(counting) as address:
        yield address


@pytest.fixture(scope="module")
def photos(tmp_path_factory) -> list[Path]:
    """Three photos of twelve megapixels and some megabytes each, the telephone held upright."""
    folder, exif = tmp_path_factory.mktemp("photos"), Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    grain = Image.effect_noise((4000, 3000), 40)
    made = [folder / f"IMG_{number}.JPG" for number in range(3)]
    for number, path in enumerate(made):
        colours = [grain.point(lambda value, add=number * 20 + add: min(255, value + add)) for add in (0, 9, 18)]
        Image.merge("RGB", colours).save(path, "JPEG", quality=88, exif=exif)
        assert path.stat().st_size > 2 * ONE_PHOTO
    return made


@pytest.fixture
def telephone(browser, address):
    """`telephone(scripts)`: the form for handing in, on a narrow screen, with a title and the photo field open."""
    contexts = []

    def open_form(*, scripts: bool = True, scheme: str = "light"):
        context = browser.new_context(
            locale="sv-SE",
            viewport={"width": 390, "height": 844},
            java_script_enabled=scripts,
            color_scheme=scheme,
        )
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{address}/lamna")
        page.get_by_label("Vad gäller det?").fill("Lampan vid skolan är släckt")
        page.get_by_label("Berätta mer").fill("Sedan i höst")
        page.locator("details.more summary").first.click()
        return page

    yield open_form
    for context in contexts:
        context.close()


def hand_in(page) -> None:
    page.get_by_role("button", name="Lämna in").click()


def pictures(town: Web) -> list[Image.Image]:
    storage = attachments_under(town.settings.var)
    with town.database.reading() as session:
        keys = session.scalars(select(Attachment.key).order_by(Attachment.id)).all()
    return [Image.open(io.BytesIO(storage.content(key))) for key in keys]


def test_three_photos_are_made_smaller_before_they_are_sent(town, telephone, photos, wire):
    page = telephone()
    page.locator("#files").set_input_files(photos)
    told = page.locator("[data-photos-told]")
    assert told.get_attribute("aria-live") == "polite"
    page.get_by_text("3 filer är klara att skickas.").wait_for()
    page.wait_for_timeout(SLOWER_THAN_A_MACHINE)
    hand_in(page)
    page.get_by_text("Tack. Vi har det.").wait_for()
    assert sum(path.stat().st_size for path in photos) > 10 * 1024 * 1024
    assert wire[-1] <= 3 * ONE_PHOTO + THE_REST
    kept = pictures(town)
    assert len(kept) == 3
    assert all(picture.height > picture.width >= 900 for picture in kept)


def test_who_is_faster_than_the_script_waits_for_it(town, telephone, photos, wire):
    page = telephone()
    page.wait_for_timeout(SLOWER_THAN_A_MACHINE)
    page.locator("#files").set_input_files(photos)
    hand_in(page)
    page.get_by_text("Tack. Vi har det.").wait_for()
    assert wire[-1] <= 3 * ONE_PHOTO + THE_REST
    assert len(pictures(town)) == 3


def test_what_the_browser_cannot_read_is_sent_as_it_is(town, telephone, tmp_path, wire):
    page, strange = telephone(), tmp_path / "IMG_1.png"
    strange.write_bytes(b"\x00\x00\x00\x18ftypheic" + b"\0" * 2_000_000)
    page.locator("#files").set_input_files([strange])
    page.wait_for_timeout(SLOWER_THAN_A_MACHINE)
    hand_in(page)
    page.get_by_text("En fil kom inte med. IMG_1.png kan inte tas emot").wait_for()
    assert wire[-1] > 2_000_000
    with town.database.reading() as session:
        assert session.scalars(select(Case.title)).all() == ["Lampan vid skolan är släckt"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_too_large_together_is_not_sent_and_the_words_stay(town, telephone, tmp_path, scheme, wire):
    page, files = telephone(scheme=scheme), [tmp_path / f"karta_{number}.pdf" for number in range(2)]
    for path in files:
        path.write_bytes(b"%PDF-1.4\n" + b"0" * 6_000_000)
    page.locator("#files").set_input_files(files)
    page.wait_for_timeout(SLOWER_THAN_A_MACHINE)
    hand_in(page)
    page.get_by_text("Filerna är 12 MB tillsammans, och högst 10 MB får plats: ta bort någon av dem.").wait_for()
    assert wire == []
    assert page.evaluate("document.activeElement.id") == "files"
    assert page.get_by_label("Vad gäller det?").input_value() == "Lampan vid skolan är släckt"
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    page.locator("#files").set_input_files([])
    assert page.locator("[data-photos-refused]").is_hidden()
    hand_in(page)
    page.get_by_text("Tack. Vi har det.").wait_for()


def test_the_words_are_there_when_one_goes_back(telephone, town):
    page = telephone()
    hand_in(page)
    page.get_by_text("Det gick väldigt fort.").first.wait_for()
    page.go_back()
    assert page.get_by_label("Vad gäller det?").input_value() == "Lampan vid skolan är släckt"


@pytest.mark.parametrize("scripts", [True, False])
def test_the_focus_goes_to_what_was_refused(telephone, scripts):
    page = telephone(scripts=scripts)
    page.get_by_label("Vad gäller det?").fill("")
    page.wait_for_timeout(SLOWER_THAN_A_MACHINE)
    hand_in(page)
    page.locator(".ds-error-summary").wait_for()
    assert page.evaluate("document.activeElement.className") == "ds-error-summary"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_without_a_script_the_words_are_kept_and_the_photos_that_fitted(town, telephone, photos, scheme, wire):
    page = telephone(scripts=False, scheme=scheme)
    page.locator("#files").set_input_files(photos)
    page.wait_for_timeout(SLOWER_THAN_A_MACHINE)
    hand_in(page)
    page.get_by_text("Filerna är större än 10 MB tillsammans.").wait_for()
    assert wire[-1] > 10 * 1024 * 1024
    assert page.get_by_label("Berätta mer").input_value() == "Sedan i höst"
    kept = page.locator("input[name=staged]").count()
    assert kept >= 1
    hand_in(page)
    page.get_by_text("Tack. Vi har det.").wait_for()
    assert len(pictures(town)) == kept


def test_the_form_with_failures_is_for_everybody(telephone, tmp_path, axe_script):
    for scheme in ("light", "dark"):
        page, wrong = telephone(scheme=scheme), tmp_path / "anteckningar.docx"
        wrong.write_bytes(b"PK")
        (tmp_path / "lampa.png").write_bytes(_small_png())
        page.locator("#files").set_input_files([wrong, tmp_path / "lampa.png"])
        hand_in(page)
        page.get_by_text("anteckningar.docx kan inte tas emot").first.wait_for()
        page.evaluate(axe_script.read_text())
        found = page.evaluate("axe.run()")["violations"]
        assert [json.dumps([one["id"], one["nodes"][0]["html"][:200]]) for one in found] == []
        assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")


def _small_png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (64, 64), "red").save(out, "PNG")
    return out.getvalue()
