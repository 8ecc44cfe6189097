"""The words of a mail: what its writer wrote now, without the mails of before and without signatures of programs.

Nobody's words are lost: where nothing would be left the whole is shown, and where somebody answers between the lines of
a quote, the quote stays.
"""

import re
from collections.abc import Sequence
from itertools import groupby

from notifications.inbound.reading.sandbox.quote_lines import FORWARDED, QUOTED, attributions, begins_older_mail

LONGEST_SIGNATURE = 12  # lines: what is longer is no signature
SIGNATURE_LINES = ("--", "__")
BY_A_PROGRAM = re.compile(
    r"\s*(?:"
    r"(?:Skickat från|Sent from|Skickat via|Sent via|Hämta|Get|Sendt fra|Von meinem)\s"
    r"(?:min|mitt|my|Outlook|Yahoo|Gmail|Proton|Mail|iPhone|iPad|Samsung|mobil|meinem)\b.{0,80}"
    r"|(?:Skickat från|Sent from)\s\S{1,40}\s(?:för|for)\s\S{1,40}"
    r")\s*",
    re.IGNORECASE,
)
RULE = re.compile(r"\s*[-_=*]{5,}\s*")


def words_of(text: str, *, is_forwarded: bool) -> str:
    """Return the words to be shown of a mail with this text.

    Of a mail that hands on another one (`is_forwarded`, by its subject) the whole is returned: what stands below is the
    matter. The same holds for what follows a line such as "Forwarded message".
    """
    whole = text.strip()
    if is_forwarded:
        return whole
    lines = whole.split("\n")
    quoted = _quoted(lines)
    blocks = [
        (is_quote, [line for _, line in group])
        for is_quote, group in groupby(zip(quoted, lines, strict=True), key=lambda one: one[0])
    ]
    return (
        _joined([(is_quote, block if is_quote else _without_signature(block)) for is_quote, block in blocks]) or whole
    )


def _quoted(lines: Sequence[str]) -> list[bool]:
    """Return for each line whether somebody wrote it before, or it says that this follows."""
    handed_on = next((at for at, line in enumerate(lines) if FORWARDED.match(line)), len(lines))
    older = next((at for at in range(handed_on) if begins_older_mail(lines, at)), len(lines))
    quoted = [at < handed_on and bool(QUOTED.match(line)) for at, line in enumerate(lines)]
    for header in attributions(lines):
        if header.first >= min(handed_on, older):
            break
        if _next_is_quoted(lines, header.after):
            quoted[header.first : header.after] = [True] * (header.after - header.first)
        elif not quoted[header.first]:
            older = header.first
    quoted[older:] = [True] * (len(lines) - older)
    _close_gaps(lines, quoted)
    return quoted


def _next_is_quoted(lines: Sequence[str], at: int) -> bool:
    following = next((line for line in lines[at : at + 3] if line.strip()), "")
    return bool(QUOTED.match(following))


def _close_gaps(lines: Sequence[str], quoted: list[bool]) -> None:
    """Count blank lines between quoted ones as quoted."""
    last = None
    for at, line in enumerate(lines):
        if quoted[at]:
            if last is not None:
                quoted[last + 1 : at] = [True] * (at - last - 1)
            last = at
        elif line.strip():
            last = None


def _without_signature(block: list[str]) -> list[str]:
    """Return the lines without a signature at their end, be it a person's after "-- " or a program's."""
    written = [at for at, line in enumerate(block) if line.strip()]
    signed = [at for at in written[-LONGEST_SIGNATURE - 1 :] if block[at].strip() in SIGNATURE_LINES]
    end = signed[0] if signed else len(block)
    while end and (
        not block[end - 1].strip() or BY_A_PROGRAM.fullmatch(block[end - 1]) or RULE.fullmatch(block[end - 1])
    ):
        end -= 1
    return block[:end]


def _joined(blocks: list[tuple[bool, list[str]]]) -> str:
    """Return the words of the blocks. The quotes between them stay where somebody answers more than one of them."""
    written = [at for at, (is_quote, block) in enumerate(blocks) if not is_quote and any(map(str.strip, block))]
    if not written:
        return ""
    shown = blocks[: written[-1] + 1]
    if sum(is_quote for is_quote, _ in shown) > 1:
        return "\n".join(line for _, block in shown for line in block).strip()
    return "\n\n".join("\n".join(blocks[at][1]).strip() for at in written)
