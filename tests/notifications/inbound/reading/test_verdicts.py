"""SECURITY 47: whether the sender is confirmed is said by our own mail server alone; junk by any."""

import pytest
from support.inbound.mails_in import OURS, a_mail, headers_of, read

from notifications.inbound.reading.authentication import is_junk, verdict_on
from notifications.inbound.reading.what_a_mail_says import OurAddresses, SenderVerdict

PASSED, FAILED, UNKNOWN = SenderVerdict
SERVER = OURS.authserv_id


def verdict(*results: str, sender: str = "Britta <britta@byn.example>", authserv_id: str = SERVER) -> SenderVerdict:
    headers = "".join(f"Authentication-Results: {result}\n" for result in results)
    raw = a_mail(headers=headers.encode()).replace(b"Britta Ek <britta@byn.example>", sender.encode())
    return verdict_on(headers_of(raw), OurAddresses(OURS.mail_from, authserv_id))


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ("dmarc=pass (p=NONE) header.from=byn.example", PASSED),
        ("dmarc=pass", PASSED),
        ("dmarc=pass header.from=annan.example", FAILED),
        ("dmarc=fail header.from=byn.example; spf=pass smtp.mailfrom=britta@byn.example", FAILED),
        ("dmarc=none header.from=byn.example; spf=pass smtp.mailfrom=britta@byn.example", PASSED),
        ("spf=pass smtp.mailfrom=byn.example", PASSED),
        ("spf=pass smtp.mailfrom=studs.byn.example", PASSED),
        ("spf=pass smtp.mailfrom=annan.example", FAILED),
        ("spf=pass smtp.mailfrom=intebyn.example", FAILED),
        ("spf=pass smtp.mailfrom=example", FAILED),
        ("spf=pass smtp.helo=byn.example", FAILED),
        ("spf=softfail smtp.mailfrom=byn.example; dkim=pass header.d=byn.example header.s=k1", PASSED),
        ("dkim=pass header.i=@post.byn.example", PASSED),
        ("dkim=pass header.d=annan.example; dkim=fail header.d=byn.example", FAILED),
        ("auth=pass smtp.auth=britta@byn.example", FAILED),
        ("none", FAILED),
    ],
)
def test_what_our_server_says_is_the_verdict(result, expected):
    assert verdict(f"{SERVER}; {result}") is expected


def test_s47_only_the_topmost_header_of_our_server_counts():
    passed, failed = (f"{SERVER}; dmarc={result} header.from=byn.example" for result in ("pass", "fail"))
    foreign = "mx.annan.example; dmarc=pass header.from=byn.example"
    assert verdict(foreign, failed, passed) is FAILED
    assert verdict(foreign, passed, failed) is PASSED
    assert verdict("MX.skogslunda.EXAMPLE 1; dmarc=pass") is PASSED
    assert verdict("((((", passed) is PASSED


def test_s47_without_a_word_of_our_server_nothing_is_known():
    assert verdict() is UNKNOWN
    assert verdict("mx.annan.example; dmarc=pass header.from=byn.example") is UNKNOWN
    assert verdict(f"{SERVER}.annan.example; dmarc=pass") is UNKNOWN
    assert verdict(f"{SERVER}; dmarc=pass", authserv_id="") is UNKNOWN


def test_s47_who_plays_tricks_with_from_is_never_confirmed():
    passed = f"{SERVER}; dmarc=pass header.from=byn.example"
    assert verdict(passed, sender="a@byn.example, b@byn.example") is FAILED
    assert verdict(passed, sender="a@byn.example\nFrom: kommundirektor@skogslunda.example") is FAILED
    assert verdict(passed, sender="ingen adress alls") is FAILED
    assert verdict(passed, sender='"chef@skogslunda.example" <britta@byn.example>') is PASSED


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (b"X-Spam-Flag: YES\n", True),
        (b"X-Spam-Flag: NO\n", False),
        (b"X-Spam-Flag: NO\nX-Spam-Flag: YES\n", True),
        (b"X-Spam-Status: Yes, score=8.3 required=5.0\n", True),
        (b"X-Spam-Status: No, score=0.3\n", False),
        (b"X-MS-Exchange-Organization-SCL: 5\n", True),
        (b"X-MS-Exchange-Organization-SCL: 4\n", False),
        (b"X-MS-Exchange-Organization-SCL: -1\n", False),
        (b"X-MS-Exchange-Organization-SCL: nio\n", False),
        (b"X-Forefront-Antispam-Report: CIP:192.0.2.7;SCL:9;\n", True),
        (b"X-Forefront-Antispam-Report: CIP:192.0.2.7;SCL:-1;\n", False),
        (b"", False),
    ],
)
def test_junk_is_what_a_server_took_for_junk(header, expected):
    assert is_junk(headers_of(a_mail(headers=header))) is expected


def test_a_mail_that_was_read_says_both():
    headers = f"Authentication-Results: {SERVER}; dmarc=pass\nX-Spam-Flag: YES\n"
    mail = read(a_mail(headers=headers.encode()))
    assert (mail.verdict, mail.is_junk) == (PASSED, True)
