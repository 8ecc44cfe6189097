"""Files over real web servers: a form that is too large keeps its words, a file of any name can be fetched."""

import time
from http.client import HTTPConnection

import pytest
from support.files_to_send import a_jpeg
from support.houses.small_pages import fields_of, words

from proof.chaos.apart.visiting import PageVisitor

SLOWER_THAN_A_MACHINE = 3.2  # seconds
NAME = "va\u030agen 😀 – på Öster.jpg"
ENCODED = "v%C3%A5gen%20%F0%9F%98%80%20%E2%80%93%20p%C3%A5%20%C3%96ster.jpg"


@pytest.mark.slow
def test_a_form_with_files_on_both_servers(running_house):
    at, visitor = ("127.0.0.1", running_house.port), PageVisitor(f"127.0.0.1:{running_house.port}")
    form = visitor.get(at, "/lamna").hidden | {"title": "Lampan", "description": "Sedan i höst"}
    time.sleep(SLOWER_THAN_A_MACHINE)

    refused = visitor.send(at, "/lamna", form, ("stor.jpg", a_jpeg() + b"\0" * 20_000_000))
    page = refused.content.decode()
    assert (refused.status, "större än 10 MB tillsammans" in words(page)) == (413, True)
    again = {name: values[0] for name, values in fields_of(page, "/lamna").items() if name != "selected"}
    assert again["description"] == "Sedan i höst"

    unread = visitor.send(at, "/lamna", form, ("enorm.jpg", b"\0" * 70_000_000))
    page = unread.content.decode()
    assert (unread.status, "inget av det du skickade har lästs" in words(page)) == (413, True)
    assert 'lang="sv"' in page

    taken = visitor.send(at, "/lamna", again, (NAME, a_jpeg()))
    assert taken.status == 303
    assert visitor.send(at, "/lamna", again, (NAME, a_jpeg())).location == taken.location
    file = f"/arende/{taken.location.rpartition('/')[2]}/filer/1"
    for method in ("GET", "HEAD"):
        connection = HTTPConnection(*at, timeout=20)
        connection.request(method, file)
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.headers["Content-Disposition"].endswith(f"; filename*=UTF-8''{ENCODED}")
        assert answer.headers["Content-Type"] == "image/jpeg"
        connection.close()
