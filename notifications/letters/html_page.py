"""The page around a letter: its HTML, with the styles put into the tags once, before anything is filled in."""

import re
from functools import cache
from pathlib import Path

import css_inline
from jinja2 import Environment, StrictUndefined, Template

FOLDER = Path(__file__).with_name("templates")
INCLUDE = '{% include "paragraph.html" %}'
TAG = re.compile(r"{%.*?%}|{{.*?}}")
INLINER = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


@cache
def html_template() -> Template:
    """Give the template of the whole page. It escapes what is filled in."""
    whole = _source("around.html").replace(INCLUDE, _source("paragraph.html"))
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return with_plain_globals(environment.from_string(with_styles_in_tags(whole)))


def with_plain_globals(template: Template) -> Template:
    """Let the template's globals be a plain dict: each letter copies them, and Jinja's chain of dicts is slow at it."""
    template.globals = dict(template.globals)
    return template


def with_styles_in_tags(source: str) -> str:
    """Give a template's source with its styles in its tags; what Jinja reads stays as it was."""
    tags: list[str] = TAG.findall(source)
    numbers = iter(range(len(tags)))
    marked = TAG.sub(lambda _: f"jinja-{next(numbers)}-tag", source)
    return re.sub(r"jinja-(\d+)-tag", lambda mark: tags[int(mark[1])], INLINER.inline(marked))


def _source(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")
