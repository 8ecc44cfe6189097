"""Updates and compiles the Swedish catalogue from the texts in web/; lists those without a translation."""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

WEB = Path(__file__).resolve().parent.parent / "web"
CATALOGUE = WEB / "translations" / "sv" / "LC_MESSAGES" / "messages.po"
KEYWORDS = {"_": None, "_l": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]


def extracted() -> Catalog:
    """Return a catalogue of all English texts in Python files and templates."""
    found = Catalog()
    for file, _line, message, comments, context in extract_from_dir(WEB, METHODS, {}, KEYWORDS):
        if message not in ("", ("", "")):
            found.add(message, locations=[(file, 0)], auto_comments=comments, context=context)
    return found


def main() -> int:
    """Update, write and compile the catalogue; return 1 when a text has no Swedish translation."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="sv")
    catalogue.update(extracted(), no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    with CATALOGUE.open("wb") as file:
        write_po(file, catalogue, width=120, no_location=True, sort_output=True)
    with CATALOGUE.with_suffix(".mo").open("wb") as file:
        write_mo(file, catalogue)
    missing = [message.id for message in catalogue if message.id and not _is_translated(message.string)]
    for message in missing:
        print(f"no Swedish for: {message}")
    return 1 if missing else 0


def _is_translated(translation: str | tuple[str, ...] | list[str]) -> bool:
    return all(translation) if isinstance(translation, tuple | list) else bool(translation)


if __name__ == "__main__":
    sys.exit(main())
