"""SECURITY 48: whatever a mail is, it is read within bounds, nothing is raised, and nobody's words are lost."""

import base64
import io
import random
import resource
import time
import zipfile

import pytest
from support.inbound.mails_in import DATA, HEAD, a_mail, raw_mail, read

from notifications.inbound.keeping import LARGEST_MAIL
from notifications.inbound.reading import opening

PLAIN = b"Content-Type: text/plain; charset=utf-8\n"
HTML = b"Content-Type: text/html; charset=utf-8\n"
MIXED = b'Content-Type: multipart/mixed; boundary="b"\n'
MOST_SECONDS = 6  # of the processor; most of these take a quarter of one
LONG_TEXTS = {
    "lines": "Vattnet rinner över vägen vid bron.\n" * 28_000,
    "one line": "ord " * 250_000,
    "Den on one line": "Den " * 250_000,
    "Den on lines": "Den\n" * 200_000,
    "Den and blank lines": "Den\n \n\n" * 100_000,
    "Den with numbers": "".join(f"Den {n} skrev " for n in range(60_000)),
    "Från on lines": "".join(f"Från: {n}\n" for n in range(80_000)),
    "quotes and answers": "> Har ni sandat?\nJa.\n" * 40_000,
    "rules": ("-" * 70 + "\n") * 14_000,
}


def processor_seconds() -> float:
    """Return what this process and those that it started have computed."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def nested(levels: int) -> bytes:
    return b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (n, n) for n in range(levels))


def a_file(name: str, content: bytes) -> bytes:
    disposition = f'--b\nContent-Disposition: attachment; filename="{name}"\n'.encode()
    return disposition + b"Content-Transfer-Encoding: base64\n\n" + base64.encodebytes(content) + b"--b--\n"


@pytest.mark.parametrize("name", LONG_TEXTS)
def test_s48_a_text_of_a_megabyte_is_read_in_good_time(name):
    before = processor_seconds()
    mail = read(a_mail(LONG_TEXTS[name].encode(), headers=PLAIN))
    assert processor_seconds() - before < MOST_SECONDS
    whole = LONG_TEXTS[name].strip()[:1_000_000]
    assert mail.whole == whole
    assert mail.words
    assert mail.too_big is (len(LONG_TEXTS[name].strip()) > 1_000_000)
    assert not mail.gave_up


def test_a_short_answer_above_a_megabyte_of_quotes_is_found():
    text = "Ja.\n\n" + "> Vattnet rinner över vägen.\n" * 30_000
    assert read(a_mail(text.encode(), headers=PLAIN)).words == "Ja."


def test_a_short_answer_below_a_megabyte_of_quotes_is_found():
    text = "Den 2026-11-27 kl. 09:15, skrev Skogslunda kommun:\n" + "> Vatten.\n" * 90_000 + "\nNej."
    assert read(a_mail(text.encode(), headers=PLAIN)).words == "Nej."


def test_what_follows_a_quote_header_far_below_is_left_out():
    text = (
        "Vattnet rinner.\n" * 2_000 + "\nDen fre 27 nov. 2026 kl 09:15 skrev Skogslunda <x@byn.example>:\n\nHej,\nTack"
    )
    words = read(a_mail(text.encode(), headers=PLAIN)).words
    assert words == ("Vattnet rinner.\n" * 2_000).strip()


@pytest.mark.parametrize("levels", [11, 5_000, 50_000])
def test_s48_parts_within_parts_are_opened_ten_deep(levels):
    mail = read(HEAD + nested(levels) + PLAIN + b"\nHej\n")
    assert mail.too_many_parts
    assert not mail.gave_up
    assert "Hej" in mail.whole or len(mail.whole) > 900_000
    assert mail.subject == "Halka"


def test_parts_within_the_bound_are_all_read():
    mail = read(HEAD + nested(8) + PLAIN + b"\nHej\n")
    assert (mail.words, mail.too_many_parts) == ("Hej", False)


@pytest.mark.parametrize("parts", [60, 5_000, 100_000])
def test_s48_of_very_many_parts_the_first_are_read(parts):
    body = b"--b\nContent-Type: text/plain\n\nHej\n" + b"--b\nContent-Type: image/png\n\nx\n" * parts + b"--b--\n"
    mail = read(a_mail(body, headers=MIXED))
    assert mail.too_many_parts
    assert mail.words == "Hej"
    assert 40 <= len(mail.attachments) <= 50


def test_millions_of_parts_cost_no_more_than_the_first():
    before = processor_seconds()
    mail = read(a_mail(b"--b\n\nHej\n" * 2_400_000, headers=MIXED))
    assert processor_seconds() - before < MOST_SECONDS
    assert (mail.too_many_parts, mail.gave_up) == (True, False)


def test_s48_a_packed_bomb_is_kept_as_it_came():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("stor.txt", b"0" * 50_000_000)
    mail = read(a_mail(b"--b\n\nHej\n" + a_file("a.zip", packed.getvalue()), headers=MIXED))
    (file,) = mail.attachments
    assert (file.name, file.content) == ("a.zip", packed.getvalue())
    assert mail.words == "Hej"


def test_of_a_mail_above_25_megabytes_the_text_is_read_and_no_file():
    head = b'Content-Type: image/png\nContent-Disposition: attachment; filename="a.png"\n'
    body = b"--b\n\nHej\n--b\n" + head + b"\n" + b"x" * 70 * (LARGEST_MAIL // 70) + b"\n--b--\n"
    mail = read(a_mail(body, headers=MIXED))
    assert mail.too_big
    assert (mail.words, mail.attachments) == ("Hej", ())


def test_a_mail_of_nearly_25_megabytes_brings_its_file():
    content = bytes(17_000_000)
    mail = read(a_mail(b"--b\n\nHej\n" + a_file("a.png", content), headers=MIXED))
    assert not mail.too_big
    assert [file.content for file in mail.attachments] == [content]


@pytest.mark.parametrize(
    "header",
    [
        b"Subject: " + b"=?utf-8?q?=C3=A5?= " * 200_000,
        b"Subject: " + b"=?utf-8?b?w6U=?=" * 500 + b"=?" * 3_000,
        b"From: " + b"(" * 7_900 + b"a@byn.example",
        b"From: " + b'"\\' * 3_900 + b"a@byn.example",
        b"From: <" + b"@a," * 2_600 + b"a@byn.example>",
        b"To: " + b"a@byn.example," * 100_000,
        b"References: " + b"<a@byn.example> " * 100_000,
        b"X-A: b\n" * 200_000,
        b"".join(b"X-%d: b\n" % n for n in range(100_000)),
        b"X-B: " + b"b" * 5_000_000,
        b"To: " + b"@a,@b:" * 1_300 + b"a@byn.example",
        b"From: " + b"a:" * 3_900 + b"a@byn.example",
        b"Subject: " + "\u0301\u0323".encode() * 1_900,
        (b"Authentication-Results: mx.byn.example; " + b"dkim=pass " * 780 + b"\n") * 30,
        b"X-A: b\n" + b" b\n" * 200_000,
        b"X-A: " + b"b" * 10_000_000,
        b"Content-Type: text/plain; " + b'a="b;\\"' * 1_000,
        b"Content-Type: text/plain; " + b"".join(b"a*%d=b;" % n for n in range(900)),
        b"Authentication-Results: mx.skogslunda.example; " + b"(" * 7_900,
        b"Authentication-Results: mx.skogslunda.example; " + b"dkim=pass " * 780,
        b"Date: " + b"9" * 5_000,
    ],
    ids=lambda header: header[:24].decode(errors="ignore"),
)
def test_s48_a_header_that_is_a_bomb_costs_little(header):
    before = processor_seconds()
    mail = read(header.rstrip(b"\n") + b"\nMessage-ID: <m@byn.example>\n\nHej\n")
    assert processor_seconds() - before < MOST_SECONDS
    assert mail.words == "Hej"


FIRST, LAST = "Hej alla.", "Tack och hej."
ON, FLOWED, BASE64 = (
    b"On Fri, Nov 27, 2026 at 9:15 AM A wrote:\n",
    b"; format=flowed",
    b"Content-Transfer-Encoding: base64\n",
)
HOSTILE = {  # what stands between the first and the last line
    "a megabyte without a line end": (PLAIN, b"x" * 900_000),
    "marks of quotes on one line": (PLAIN, b"> " * 100_000),
    "quotes in quotes": (PLAIN, b"".join(b">" * (n % 400) + b" a\n" for n in range(4_000))),
    "quote headers": (PLAIN, ON * 20_000),
    "quote headers that differ": (PLAIN, b"".join(ON.replace(b"A", b"A%d" % n) + b"> a\n" for n in range(12_000))),
    "halves of quote headers": (PLAIN, b"".join(b"On Fri %d 2026 09:15\n" % n for n in range(30_000))),
    "signatures": (PLAIN, b"-- \n" * 200_000),
    "marks on a letter": (PLAIN, "\u0301\u0323".encode() * 200_000),
    "flowing lines": (PLAIN.replace(b"\n", FLOWED + b"\n"), b"a \n" * 250_000),
    "broken base64": (PLAIN + BASE64, b"!!!\n" * 100),
    "a broken character set": (b"Content-Type: text/plain; charset=x-\xff\n", b"\xff\xfe\x00" * 100_000),
    "a character set of jumps": (b"Content-Type: text/plain; charset=iso-2022-jp\n", b"\x1b$B\x1b(B" * 100_000),
    "parts in parts": (HTML, b"<div>" * 100_000),
    "tables in tables": (HTML, b"<table><tr><td>" * 30_000),
    "quotes in quotes in HTML": (HTML, b"<blockquote type=cite>" * 40_000),
    "attributes": (HTML, b"<p " + b"".join(b"a%d=b " % n for n in range(60_000)) + b">"),
    "a table of many cells": (HTML, b"<table><tr>" + b"<td>x</td>" * 60_000 + b"</tr></table>"),
    "a style of a megabyte": (HTML, b"<style>" + b"a{b:c}" * 200_000 + b"</style>"),
    "a picture of a megabyte in the HTML": (HTML, b'<img src="data:image/png;base64,' + b"A" * 1_500_000 + b'"><br>'),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_s48_whatever_a_text_is_it_costs_little_and_its_beginning_and_its_end_are_shown(name):
    headers, between = HOSTILE[name]
    lines = [FIRST.encode(), between, LAST.encode()]
    body = b"<br>".join(lines) if headers is HTML else b"\n".join(lines)
    if BASE64 in headers:
        body = base64.encodebytes(b"\n".join([lines[0], b"x" * 90_000, lines[2]])).replace(b"\n", between)
    if FLOWED in headers:
        body = body.replace(b"\n", b" \n", 1)
    before = processor_seconds()
    mail = read(a_mail(body, headers=headers))
    assert processor_seconds() - before < MOST_SECONDS
    assert mail.whole.startswith(FIRST)
    assert mail.whole.endswith(LAST)
    assert mail.words.startswith(FIRST)
    assert (mail.gave_up, mail.too_big) == (False, False)


@pytest.mark.parametrize(
    "raw",
    [
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n" * 3_000,
        b'Content-Type: multipart/mixed; boundary=""\n\n--\n' * 1_000,
        b'Content-Type: multipart/mixed; boundary="' + b"b" * 7_000 + b'"\n\n--' + b"b" * 7_000 + b"\n\n",
        b'Content-Type: multipart/mixed; boundary="(a+)+$"\n\n--(a+)+$\n\n--' + b"a" * 50_000 + b"\n",
    ],
    ids=["in a circle", "empty", "long", "a pattern"],
)
def test_s48_boundaries_that_play_tricks_hide_nothing(raw):
    mail = read(HEAD + raw + b"Hej\n")
    assert not mail.gave_up
    assert "Hej" in mail.whole or mail.too_many_parts


def test_s48_mails_in_mails_are_one_file():
    body = b"Content-Type: message/rfc822\n\n" * 20_000 + b"Hej\n"
    mail = read(a_mail(body, headers=b"Content-Type: message/rfc822\n"))
    assert [(file.name, file.content) for file in mail.attachments] == [("mail.eml", body)]


@pytest.mark.parametrize(
    "html",
    [
        b"<div>" * 50_000 + b"Hej",
        b"<table>" * 300 + b"<tr><td>Hej</td></tr>" * 1_000,
        b"<blockquote type=cite>" * 3_000 + b"Hej",
        b"<style>x" * 20_000 + b"</style><p>Hej",
        b"<p>Hej" * 50_000,
        b"<!--" * 50_000 + b"--><p>Hej",
        b'<?xml version="1.0" encoding="utf-8"?><html><body>Hej</body></html>',
        b"<a><b></a></b><table><p>Hej</div>",
    ],
    ids=lambda html: html[:20].decode(),
)
def test_no_html_is_too_bad_to_be_read(html):
    mail = read(a_mail(html, headers=HTML))
    assert "Hej" in mail.words
    assert "<" not in mail.words


@pytest.mark.parametrize(
    "kind", [b"text/markdown", b"text", b"multipart/mixed", b"multipart/alternative; boundary=x", b"", b"\xff"]
)
def test_a_text_of_a_kind_that_is_unknown_or_broken_is_text(kind):
    mail = read(a_mail(b"Hej\n", headers=b"Content-Type: " + kind + b"\n"))
    assert (mail.words, mail.attachments) == ("Hej", ())


def test_a_file_of_text_is_a_file():
    mail = read(a_mail(b"a;b\n", headers=b'Content-Type: text/csv; name="lista.csv"\n'))
    assert [(file.name, file.media_type) for file in mail.attachments] == [("lista.csv", "text/csv")]
    assert mail.words == ""


def test_scripts_and_tags_are_never_in_the_words():
    html = b"<script>alert(1)</script><style>p{}</style><p onclick=x>Hej <img src=x onerror=alert(2)></p>"
    assert read(a_mail(html, headers=HTML)).words == "Hej"


@pytest.mark.parametrize("raw", [b"", b"\n", b"\n\n", b"\0" * 5_000, bytes(range(256)) * 20, b"From a\nb", b":\n:\n"])
def test_what_is_no_mail_is_read_as_one_that_says_little(raw):
    mail = read(raw)
    assert (mail.sender, mail.message_id, mail.bounces) == ("", "", ())
    assert not any(sign < " " for sign in mail.words.replace("\n", "").replace("\t", ""))


@pytest.mark.parametrize("seed", range(12))
def test_a_mail_that_was_damaged_on_the_way_is_read(seed):
    dice = random.Random(seed)
    names = sorted(file.stem for file in (DATA / "more_mails").glob("*.eml"))
    raw = bytearray(raw_mail("more_mails", dice.choice(names)))
    for _ in range(40):
        at = dice.randrange(len(raw))
        raw[at : at + dice.choice((0, 1, 30))] = dice.choice(
            (b"\n", b"\0", b"--", b"\xff", b"=?", b'"', b":", b";", b"\r")
        )
    assert read(bytes(raw)).gave_up is False


def test_s48_a_text_whose_layout_takes_more_than_a_second_is_shown_without(monkeypatch):
    endless = "exec('def text_of(html):\\n while True: pass', vars(gathering))"
    _stumble(monkeypatch, f"from notifications.inbound.reading.sandbox import gathering; {endless}")
    mail = read(a_mail(b"<p>Hej <b>du</b></p><ul><li>Ja<li>Nej</ul><script>x</script>", headers=HTML))
    assert (mail.words, mail.gave_up) == ("Hej du\n\nJa\nNej", False)


def test_s48_the_whole_is_shown_when_cutting_takes_more_than_a_second(monkeypatch):
    endless = "exec('def words_of(*_, **__):\\n while True: pass', vars(program))"
    _stumble(monkeypatch, f"from notifications.inbound.reading.sandbox import program; {endless}")
    before = processor_seconds()
    mail = read(a_mail(b"Ja.\n\n> Har ni sandat?\n"))
    assert 0.5 <= processor_seconds() - before < MOST_SECONDS
    assert mail.words == mail.whole == "Ja.\n\n> Har ni sandat?"
    assert not mail.gave_up


@pytest.mark.parametrize("end", ["import os; os.abort()", "sys.exit(3)", "import time; time.sleep(60)"])
def test_s48_a_mail_over_which_the_process_ends_is_shown_as_it_came(end, monkeypatch):
    monkeypatch.setattr(opening, "PATIENCE", 1)
    _stumble(monkeypatch, end)
    mail = read(a_mail(b"Hej\0 du\n", headers=b"Auto-Submitted: auto-replied\n"))
    assert mail.gave_up
    assert mail.words == mail.whole == "Hej du"
    assert (mail.subject, mail.sender, mail.kind) == ("Halka", "britta@byn.example", "auto")


def test_s48_a_mail_that_takes_too_much_memory_is_shown_as_it_came(monkeypatch):
    _stumble(monkeypatch, "import cases.files.sandbox.limits as l; l.MEMORY = 120_000_000")
    mail = read(a_mail(b"Hej du\n" * 3_000_000))
    assert mail.gave_up
    assert mail.whole.startswith("Hej du\nHej du\n")


def _stumble(monkeypatch: pytest.MonkeyPatch, stone: str) -> None:
    """Let the process run these lines before it reads."""
    *start, program = opening.PROGRAM
    paths, importing = program.split("; from ")
    program = [*start, f"{paths}; {stone}; from {importing}"]
    monkeypatch.setattr(opening, "PROGRAM", program)
