"""HTML becomes text by inscriptis, in which quotes are marked with ">" as in plain text; else its tags are left out."""

import re
from html import unescape
from typing import Any

LONGEST = 1_000_000  # characters of HTML that are laid out
QUOTE_BEGINS, QUOTE_ENDS = "\ue000", "\ue001"
QUOTES = "//blockquote[@type='cite' or contains(@class, 'quote')]"
PARAGRAPHS_WITHOUT_MARGIN = "//p[starts-with(@class, 'Mso') or contains(@style, 'margin:0')]"
DECLARATION = re.compile(r"\A\s*<\?xml[^>]*>")
TAG, BLANK_LINES = re.compile(r"<[^<>]*>"), re.compile(r"\n(?:[ \t]*\n){2,}")
BEGINS_LINE = re.compile(r"<(?:br|/?(?:p|div|tr|li|ul|ol|h[1-6]|table|blockquote|pre))\b[^<>]*>", re.IGNORECASE)
NEVER_SHOWN = ("head", "style", "script")


def text_of(html: str) -> str:
    """Return what can be read in the HTML: laid out, where it is neither too long nor too deep (1,000 tables)."""
    import inscriptis  # with lxml it takes 40 ms
    import lxml.html
    from inscriptis.css_profiles import STRICT_CSS_PROFILE
    from inscriptis.model.config import ParserConfig

    html = DECLARATION.sub("", html)
    if len(html) > LONGEST or not html.strip():
        return without_tags(html)
    try:
        tree = lxml.html.fromstring(html, parser=lxml.html.HTMLParser(huge_tree=True))
        _mark(tree)
        found = inscriptis.Inscriptis(tree, ParserConfig(css=STRICT_CSS_PROFILE)).get_text()
    except (lxml.etree.LxmlError, ValueError, AttributeError, RecursionError):
        return without_tags(html)
    return BLANK_LINES.sub("\n\n", _with_quotes(found.replace("\xa0", " ")))


def without_tags(html: str) -> str:
    """Return what stands between the tags, in lines, without what no browser shows."""
    rest = html
    for name in NEVER_SHOWN:
        shown, at, lower = list[str](), 0, rest.lower()
        while (begins := lower.find(f"<{name}", at)) >= 0 and (ends := lower.find(f"</{name}", begins)) >= 0:
            shown.append(rest[at:begins])
            at = ends
        rest = "".join([*shown, rest[at:]])
    text = unescape(TAG.sub(" ", BEGINS_LINE.sub("\n", " ".join(rest.split()))))
    return BLANK_LINES.sub("\n\n", "\n".join(" ".join(line.split()) for line in text.split("\n"))).strip()


def _mark(tree: Any) -> None:
    """Mark where quotes begin and end, and take the blank lines from between Outlook's paragraphs."""
    import lxml.html

    for paragraph in tree.xpath(PARAGRAPHS_WITHOUT_MARGIN):
        paragraph.tag = "div"
    for quote in tree.xpath(QUOTES):
        begins, ends = lxml.html.Element("div"), lxml.html.Element("div")
        begins.text, ends.text = QUOTE_BEGINS, QUOTE_ENDS
        begins.tail, quote.text = quote.text, None
        quote.insert(0, begins)
        quote.append(ends)


def _with_quotes(text: str) -> str:
    """Return the text with ">" in front of each line between the marks, as often as it is quoted."""
    lines, depth = [], 0
    for line in text.split("\n"):
        bare = line.strip()
        if bare in (QUOTE_BEGINS, QUOTE_ENDS):
            depth = max(0, depth + (1 if bare == QUOTE_BEGINS else -1))
        else:
            lines.append(f"{'>' * depth} {bare}" if depth else line.rstrip())
    return "\n".join(lines)
