"""The HTML page of a letter as a Jinja template, whose styles are inlined once, before anything is filled in."""

import re
from functools import cache
from pathlib import Path

import css_inline
from jinja2 import Environment, StrictUndefined, Template

from notifications.letters.wording.telephones import with_links

FOLDER = Path(__file__).with_name("templates")
INCLUDE = '{% include "paragraph.html" %}'
TAG = re.compile(r"{%.*?%}|{{.*?}}")
INLINER = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


@cache
def html_template() -> Template:
    """Return the Jinja template of a letter's whole HTML page. It escapes the values that are filled in."""
    whole = _source("around.html").replace(INCLUDE, _source("paragraph.html"))
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["with_links"] = with_links
    return with_plain_globals(environment.from_string(with_styles_in_tags(whole)))


def with_plain_globals(template: Template) -> Template:
    """Make the template's globals a plain dict, and return the template.

    Jinja copies the globals for each letter, and copying a ChainMap is slow.
    """
    template.globals = dict(template.globals)
    return template


def with_styles_in_tags(source: str) -> str:
    """Return this HTML template with its style sheet copied into `style` attributes; Jinja's tags stay as they were."""
    tags: list[str] = TAG.findall(source)
    numbers = iter(range(len(tags)))
    marked = TAG.sub(lambda _: f"jinja-{next(numbers)}-tag", source)
    return re.sub(r"jinja-(\d+)-tag", lambda mark: tags[int(mark[1])], INLINER.inline(marked))


def _source(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
