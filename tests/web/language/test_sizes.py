"""Sizes of files are written with the decimal sign of the language."""

import pytest
from flask_babel import force_locale

from web.language.figure_words import size_words


@pytest.mark.parametrize(
    ("size", "swedish", "english"),
    [
        (0, "1 kB", "1 kB"),
        (340_001, "341 kB", "341 kB"),
        (2_000_000, "2,0 MB", "2.0 MB"),
        (9_949_000, "9,9 MB", "9.9 MB"),
    ],
)
def test_a_size_is_said_in_the_language_of_the_page(sqlite_web, size, swedish, english):
    with sqlite_web.app.test_request_context():
        for locale, said in (("sv", swedish), ("en", english)):
            with force_locale(locale):
                assert size_words(size).replace("\N{NO-BREAK SPACE}", " ") == said


def test_no_page_writes_a_size_in_another_way(sqlite_web):
    for name in sqlite_web.app.jinja_env.list_templates(extensions=["html"]):
        assert "filesizeformat" not in sqlite_web.app.jinja_env.loader.get_source(sqlite_web.app.jinja_env, name)[0], (
            name
        )
