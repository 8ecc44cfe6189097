"""The fingerprint of a mail: the same for each copy that is delivered, whichever way it came."""

import hashlib
import re

# What servers on the way write, each copy its own: how it came, to whom, and what they hold of it.
TRACES = frozenset({
    *(b"received", b"return-path", b"delivered-to", b"x-original-to", b"envelope-to", b"x-received", b"received-spf"),
    *(b"authentication-results", b"x-authentication-results", b"status", b"x-status", b"x-uid", b"x-keywords"),
})  # fmt: skip
TRACES_BEGIN = (
    *(b"arc-", b"x-envelope-", b"x-delivered-", b"x-spam", b"x-virus-", b"x-google-smtp-", b"x-forefront-"),
    *(b"x-microsoft-antispam", b"x-ms-exchange-"),
)
HEADER = re.compile(rb"[^\n]*(?:\n[ \t][^\n]*)*\n?")


def content_hash(head: bytes, body: bytes) -> str:
    """Return the SHA-256, in hexadecimal, of the mail without the headers that servers on the way wrote.

    Two of our addresses may each get a copy of one mail, and a server may deliver a mail twice. The copies differ in
    Received, Return-Path, Delivered-To, X-Original-To, Authentication-Results and ARC-*, in verdicts about junk and in
    line ends, and in nothing else. DKIM-Signature stays: it is the writer's. Other headers keep their order.
    """
    digest = hashlib.sha256()
    for header in HEADER.findall(head.replace(b"\r\n", b"\n")):
        if not _is_trace(header.partition(b":")[0].strip().lower()):
            digest.update(header)
    digest.update(b"\n")
    digest.update(body.replace(b"\r\n", b"\n").rstrip(b"\n"))
    return digest.hexdigest()


def _is_trace(name: bytes) -> bool:
    return name in TRACES or name.startswith(TRACES_BEGIN)
