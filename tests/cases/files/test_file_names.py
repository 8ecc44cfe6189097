"""What a file is called: its last part, with plain spaces, and with the extension of what it is."""

import io

import pytest
from PIL import Image
from support.files_to_send import PDF, a_jpeg

from cases.files.file_names import extension_of, safe_name, with_extension
from cases.files.rewriting import Budget, rewrite
from cases.refusals import WrongFileType


def a_png() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("C:\\Users\\Åsa\\bild.jpg", "bild.jpg"),
        ("\\\\server\\dela\\bild.jpg", "bild.jpg"),
        ("/home/åsa/bild.jpg", "bild.jpg"),
        ("en\u00a0bild.jpg", "en bild.jpg"),
        ("en\tbild\u2007\u3000a.jpg", "en bild  a.jpg"),
        ("\u00a0bild.jpg\t", "bild.jpg"),
        ("en\nbild.jpg", "enbild.jpg"),
    ],
)
def test_a_name_is_its_last_part_with_plain_spaces(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize(
    ("name", "content", "kept"),
    [
        ("a.png", a_jpeg(), "a.jpg"),
        ("a.jpg", a_png(), "a.png"),
        ("a.JPEG", a_jpeg(), "a.JPEG"),
        ("bild", a_jpeg(), "bild.jpg"),
        ("jpg", a_jpeg(), "jpg.jpg"),
        ("Skärmbild kl. 14.22", a_png(), "Skärmbild kl. 14.22.png"),
        ("IMG_1.HEIC", a_jpeg(), "IMG_1.jpg"),
        ("bild.jfif", a_jpeg(), "bild.jpg"),
        ("karta.jpg", PDF, "karta.pdf"),
        ("ö" * 300, a_jpeg(), "ö" * 116 + ".jpg"),
    ],
)
def test_a_file_is_taken_by_its_content_and_gets_its_extension(name: str, content: bytes, kept: str) -> None:
    assert rewrite(name, content, Budget()).name == kept


@pytest.mark.parametrize("name", ["a.html", "a.jpg.exe", "a.svg", "a.js", "a.zip"])
def test_a_name_that_says_something_else_is_refused_whatever_the_content(name: str) -> None:
    with pytest.raises(WrongFileType):
        rewrite(name, a_jpeg(), Budget())


def test_an_extension_is_letters_first() -> None:
    assert [extension_of(name) for name in ("a.JPG", "kl. 14.22", "a", "a.tar.gz")] == [".jpg", "", "", ".gz"]
    assert with_extension("a.b.png", ".jpg") == "a.b.jpg"
