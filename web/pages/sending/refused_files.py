"""What is said of the files of a form that cannot be taken: one line for each kind of reason, whatever their number."""

from collections.abc import Sequence

from flask import flash

from cases.files.attaching import MOST_FILES
from cases.refusals import FileLost, FileRefused, TooManyFiles
from web.language.gettext import gettext, ngettext
from web.language.refusals import sentence_of_files

LOST_FILES = "files"  # the category of the message about them
SHORT_NAME = 40  # characters: a message is kept in a cookie, which holds 4 kB
FEW_NAMES = 3


def lines_of(refused: Sequence[FileRefused], *, most_names: int = MOST_FILES) -> list[str]:
    """Return a sentence for each kind of refusal, in the order in which the kinds come first."""
    kinds: dict[tuple[str, bool], list[FileRefused]] = {}
    for one in refused:
        kinds.setdefault((one.code, bool(one.name)), []).append(one)
    return [
        sentence_of_files(code, [one.name for one in files], files[0].facts, most_names=most_names)
        for (code, _), files in kinds.items()
    ]


def tell_refused(refused: Sequence[FileRefused]) -> None:
    """Say in one message on the next page which files did not come along, and why."""
    if not refused:
        return
    lines = lines_of([_with_short_name(one) for one in refused], most_names=FEW_NAMES)
    if len(refused) == 1 and not isinstance(refused[0], FileLost | TooManyFiles):  # those say so themselves
        lines = [gettext("A file did not come along. %(why)s", why=lines[0])]
    heading = ngettext("A file did not come along", "%(num)d files did not come along", len(refused))
    room = any(not isinstance(one, TooManyFiles) for one in refused)
    more = gettext("You can add files on the case page.") if room else ""
    flash({"heading": heading, "lines": lines, "more": more}, LOST_FILES)  # type: ignore[arg-type]


def _with_short_name(refused: FileRefused) -> FileRefused:
    name = refused.name if len(refused.name) <= SHORT_NAME else f"{refused.name[: SHORT_NAME - 1]}…"
    return type(refused)(**(refused.facts | {"name": name}))
