"""What goes over the wire: static files with a hash in their address, kept for good, and answers compressed."""

import gzip
import re

import pytest
from support.houses.small_pages import visitor

from web.requests.compression import MOST_BLUR

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
LINKED = re.compile(r'(?:href|src)="(/static/[^"#]+)')
MOST = 110_000  # bytes of a page with all that it fetches, once


@pytest.fixture
def browser(sqlite_web):
    return sqlite_web.app.test_client()


def ask(browser, path, headers=None):
    """Return the answer, all of it read: its file is closed."""
    return browser.get(path, headers=headers or {}, buffered=True)


def linked(page):
    return sorted(set(LINKED.findall(page)))


def test_every_file_of_a_page_has_a_hash_in_its_address_and_is_kept_for_good(browser):
    found = linked(ask(browser, "/").text)
    assert len(found) > 5
    for address in found:
        assert re.match(r"/static/[0-9a-f]{12}/", address)
        cached = ask(browser, address).headers["Cache-Control"]
        assert "immutable" in cached
        assert "max-age=315360000" in cached


def test_the_plain_address_of_a_file_is_kept_for_an_hour_and_one_of_another_version_too(browser):
    for address in ("/static/ventil.css", "/static/0123456789ab/ventil.css"):
        answer = ask(browser, address)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "max-age=3600, public")
    assert ask(browser, "/static/0123456789ab/nothing.css").status_code == 404


@pytest.mark.parametrize("path", ["/", "/static/ventil.css", "/api/v1/openapi.json", "/static/vendor/lucide/icons.svg"])
def test_what_is_text_comes_compressed_to_those_who_take_it(browser, path):
    plain, packed = ask(browser, path), ask(browser, path, headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
    assert b"".join(gzip.decompress(packed.data).split(b"stamp")[:1]) == b"".join(plain.data.split(b"stamp")[:1])
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br"])
def test_who_does_not_take_gzip_gets_none(browser, accepted):
    assert "Content-Encoding" not in ask(browser, "/", headers={"Accept-Encoding": accepted}).headers


def test_fonts_short_answers_and_heads_are_left(browser):
    for path in ("/static/vendor/inter/inter-latin.woff2", "/healthz"):
        assert "Content-Encoding" not in ask(browser, path, headers=GZIP).headers
    assert "Content-Encoding" not in browser.head("/", headers=GZIP, buffered=True).headers


def test_a_file_that_the_browser_has_is_not_sent_again(browser):
    first = ask(browser, "/static/ventil.css", headers=GZIP)
    assert (
        ask(browser, "/static/ventil.css", headers=GZIP | {"If-None-Match": first.headers["ETag"]}).status_code == 304
    )


def test_another_site_measures_no_page_of_somebody_with_cookies(sqlite_web):
    officer = visitor(sqlite_web, "officer").browser
    for site, packed in {"cross-site": False, "same-site": False, "same-origin": True, "none": True}.items():
        answer = ask(officer, "/sok?q=lampa", headers=GZIP | {"Sec-Fetch-Site": site})
        assert ("Content-Encoding" in answer.headers) is packed, site
    stranger = sqlite_web.app.test_client(use_cookies=False)
    assert "Content-Encoding" in ask(stranger, "/", headers=GZIP | {"Sec-Fetch-Site": "cross-site"}).headers


def test_the_length_of_a_compressed_page_is_blurred(browser):
    lengths = {len(ask(browser, "/tillganglighet", headers=GZIP).data) for _ in range(20)}
    assert len(lengths) > 5
    assert max(lengths) - min(lengths) > MOST_BLUR / 4


@pytest.mark.parametrize("path", ["/", "/lamna", "/sok", "/logga-in", "/tillganglighet"])
def test_a_page_with_all_that_it_fetches_is_small_over_the_wire(browser, path):
    page = ask(browser, path, headers=GZIP)
    fetched = linked(gzip.decompress(page.data).decode())
    font = "/static/vendor/inter/inter-latin.woff2"
    assert len(page.data) + sum(len(ask(browser, one, headers=GZIP).data) for one in [*fetched, font]) < MOST
