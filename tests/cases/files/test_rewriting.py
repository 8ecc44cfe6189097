"""SECURITY 34, 35: what is sent along is rewritten in a process of its own, or refused with the reason."""

import io
import os
import zipfile
from pathlib import Path

import pikepdf
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from support.files_to_send import PDF, SECRET, a_jpeg, a_locked_pdf, an_active_pdf, written_out

from cases.files import rewriting
from cases.files.file_types import LARGEST
from cases.files.rewriting import Budget, WaitingLine, rewrite, rewrite_all
from cases.refusals import (
    FileEmpty,
    FileLocked,
    FileRefused,
    FilesBusy,
    FileTooHeavy,
    FileTooLarge,
    FileUnreadable,
    WrongFileType,
)


def rewritten(name: str, content: bytes) -> bytes:
    return rewrite(name, content, Budget()).content


def a_png(mode: str = "P", size: tuple[int, int] = (16, 16), **how: object) -> bytes:
    image, out, info = Image.new(mode, size), io.BytesIO(), PngInfo()
    info.add_text("GPS", SECRET.decode())
    image.save(out, "PNG", pnginfo=info, **how)
    return out.getvalue()


def a_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "a")
    return out.getvalue()


@pytest.mark.parametrize(("name", "content"), [("a.jpg", a_jpeg()), ("a.JPEG", a_jpeg()), ("a.png", a_png())])
def test_an_image_is_made_anew_without_what_it_carried(name: str, content: bytes) -> None:
    assert SECRET in content
    kept = rewritten(name, content)
    assert SECRET not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert not image.getexif()
        assert "comment" not in image.info
        assert "icc_profile" not in image.info


def test_an_image_is_turned_upright() -> None:
    with Image.open(io.BytesIO(rewritten("a.jpg", a_jpeg((64, 32))))) as image:
        assert image.size == (32, 64)


def test_a_photo_for_the_press_is_kept_in_its_colours() -> None:
    with Image.open(io.BytesIO(rewritten("a.jpg", a_jpeg(mode="CMYK")))) as image:
        assert image.mode == "RGB"


def test_sixteen_bits_of_grey_become_eight() -> None:
    grey, out = Image.new("I;16", (4, 4), 0x8000), io.BytesIO()
    grey.save(out, "PNG")
    with Image.open(io.BytesIO(rewritten("a.png", out.getvalue()))) as image:
        assert image.convert("L").getpixel((0, 0)) in range(126, 131)


def test_of_an_animation_the_first_picture_is_kept() -> None:
    later, out = Image.new("RGB", (8, 8), "blue"), io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(out, "PNG", save_all=True, append_images=[later] * 3)
    with Image.open(io.BytesIO(rewritten("a.png", out.getvalue()))) as image:
        assert (getattr(image, "n_frames", 1), image.convert("RGB").getpixel((0, 0))) == (1, (255, 0, 0))


@pytest.mark.parametrize("tail", [b"<script>alert(1)</script>", a_zip()])
def test_what_follows_the_pixels_is_cut_off(tail: bytes) -> None:
    assert tail not in rewritten("a.jpg", a_jpeg() + tail)
    assert tail not in rewritten("a.png", a_png() + tail)
    assert tail not in rewritten("a.pdf", PDF + tail)


def test_a_pdf_is_written_anew_without_what_acts_hides_or_tells() -> None:
    sent, kept = written_out(an_active_pdf()), written_out(rewritten("plan.pdf", an_active_pdf()))
    for evil in (b"/JavaScript", b"/JS", b"/AA", b"/OpenAction", b"/Launch", b"/EmbeddedFiles", b"/EF", b"/XFA",
                 b"/RichMedia", b"/FileAttachment", b"SCRIPT", b"HIDDEN FILE", b"cmd.exe", b"a.exe", b"/Metadata",
                 b"SECRET PLACE", b"SECRET PERSON", b"javascript:"):  # fmt: skip
        assert evil in sent or evil in an_active_pdf(), evil
        assert evil not in kept, evil
    assert b"https://example.se/karta" in kept
    assert b"/Im0 Do" in kept


def test_a_pdf_keeps_its_pages_and_pictures() -> None:
    with pikepdf.open(io.BytesIO(rewritten("plan.pdf", an_active_pdf()))) as document:
        assert len(document.pages) == 1
        picture = pikepdf.PdfImage(document.pages[0].Resources.XObject.Im0).as_pil_image()
        assert picture.size == (64, 32)


def test_a_pdf_that_starts_as_a_web_page_loses_it() -> None:
    page = b"%PDF-1.4\n%<html><script>alert(1)</script></html>\n" + PDF.partition(b"\n")[2]
    assert b"<script>" not in rewritten("a.pdf", page)


@pytest.mark.parametrize(
    ("name", "content", "refusal"),
    [
        ("a.html", b"<html></html>", WrongFileType),
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", WrongFileType),
        ("a.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", WrongFileType),
        ("a.jpg", b"GIF89a/*" + a_jpeg(), WrongFileType),
        ("a.pdf", a_zip(), WrongFileType),
        ("a.zip", a_zip(), WrongFileType),
        ("a.docx", a_zip(), WrongFileType),
        ("a.pdf", b"\n" + PDF, WrongFileType),
        ("a.jpg", a_jpeg()[:100], FileUnreadable),
        ("a.jpg", b"\xff\xd8\xff", FileRefused),
        ("a.html", b"", WrongFileType),
        ("a.jpg", b"", FileEmpty),
        ("bild", b"", FileEmpty),
        ("bild", b"hej", WrongFileType),
        ("a.jpg.exe", a_jpeg(), WrongFileType),
        ("a.pdf", PDF + b"0" * LARGEST, FileTooLarge),
        ("a.pdf", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n", FileUnreadable),
        ("a.pdf", b"%PDF-1.7\n", FileUnreadable),
        ("a.pdf", a_locked_pdf("hemligt"), FileLocked),
        ("a.pdf", a_locked_pdf(), FileLocked),
    ],
)
def test_anything_else_is_refused_with_the_reason(name: str, content: bytes, refusal: type[FileRefused]) -> None:
    with pytest.raises(refusal):
        rewritten(name, content)


def test_an_image_of_too_many_pixels_is_refused_before_it_is_decoded() -> None:
    bomb = a_png("1", (20_000, 20_000))
    assert len(bomb) < LARGEST
    with pytest.raises(FileTooHeavy):
        rewritten("bomb.png", bomb)


def test_the_files_of_a_form_share_a_budget_of_pixels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rewriting, "PIXELS_FOR_ALL", 5_000)
    monkeypatch.setattr(Budget.__init__, "__defaults__", (5_000, *Budget.__init__.__defaults__[1:]))
    first, second, third = rewrite_all([("1.jpg", a_jpeg()), ("2.jpg", a_jpeg()), ("3.jpg", a_jpeg())])
    assert [getattr(one, "name", "") for one in (first, second, third)] == ["1.jpg", "2.jpg", "3.jpg"]
    assert not isinstance(first, FileRefused)
    assert not isinstance(second, FileRefused)
    assert isinstance(third, FileTooHeavy)


@pytest.mark.parametrize("end", ["import os; os.kill(os.getpid(), 9)", "import time; time.sleep(60)"])
def test_a_process_that_dies_or_is_too_slow_fails_its_own_file_only(end: str, monkeypatch: pytest.MonkeyPatch) -> None:
    stumbles = "import sys, os\nif sys.argv[1] == 'PNG':\n    " + end + "\n"
    monkeypatch.setattr(rewriting, "PATIENCE", 5)
    *start, program = rewriting.PROGRAM
    program = [*start, stumbles + program]
    monkeypatch.setattr(rewriting, "PROGRAM", program)
    dead, alive = rewrite_all([("1.png", a_png()), ("2.jpg", a_jpeg())])
    assert isinstance(dead, FileTooHeavy)
    assert not isinstance(alive, FileRefused)


def test_what_takes_too_much_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    *start, program = rewriting.PROGRAM
    paths, importing = program.split("; from ")
    limits = "import cases.files.sandbox.limits as l; l.MEMORY = 150_000_000"
    program = [*start, f"{paths}; {limits}; from {importing}"]
    monkeypatch.setattr(rewriting, "PROGRAM", program)
    with pytest.raises(FileTooHeavy):
        rewritten("a.png", a_png("RGB", (7_000, 7_000)))


def test_few_are_rewritten_at_once_few_wait_and_the_others_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    line = WaitingLine(at_once=1, in_line=0)
    monkeypatch.setattr(rewriting, "LINE", line)
    with line.turn() as got:
        assert got
        (busy,) = rewrite_all([("a.jpg", a_jpeg())])
        assert isinstance(busy, FilesBusy)
    assert not isinstance(rewrite_all([("a.jpg", a_jpeg())])[0], FileRefused)


def test_the_process_inherits_no_open_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = [*rewriting.PROGRAM]
    program[-1] = "import os, sys; print(len(os.listdir('/proc/self/fd'))); sys.exit(0)"
    monkeypatch.setattr(rewriting, "PROGRAM", program)
    with (tmp_path / "secret").open("wb") as file:
        os.set_inheritable(file.fileno(), True)
        assert rewritten("a.jpg", a_jpeg()) == b""
        made = rewriting._run_sandbox("a.jpg", b"", [], 5)
    assert int(made) <= 4  # stdin, stdout, stderr, and the folder that is being listed
