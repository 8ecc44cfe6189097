"""Names of files: what somebody's computer called a file is kept, as far as it is a name and nothing else."""

import re
import unicodedata
from pathlib import PurePosixPath

LONGEST_NAME = 120
EXTENSION = re.compile(r"\.[a-z][a-z0-9]{0,9}", re.IGNORECASE)  # not what follows the dot in "kl. 14.22"


def safe_name(name: str) -> str:
    """Return the name of a file in NFC, without folders and unprintable characters; "fil" when nothing is left.

    A tab, and any space that is not the plain one (such as U+00A0), becomes a plain space. What cannot be printed
    includes line ends, NUL, marks that turn the direction of writing, and what is no character.
    A name of more than 120 characters is cut to that length, and keeps its extension (such as ".jpg").
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    spaced = "".join(" " if _is_space(character) else character for character in last)
    printable = "".join(character for character in spaced if character.isprintable()).strip()
    plain = printable.strip(" .") or "fil"
    if printable.startswith(f".{plain}"):  # nothing is left before the extension
        plain = f"fil.{plain}"
    return _shortened(plain, PurePosixPath(plain).suffix[:10])


def extension_of(name: str) -> str:
    """Return the extension of a safe name in lower case, such as ".jpg"; "" when it has none."""
    suffix = PurePosixPath(name).suffix
    return suffix.lower() if EXTENSION.fullmatch(suffix) else ""


def with_extension(name: str, extension: str) -> str:
    """Return a safe name with this extension in place of its own, at most 120 characters long."""
    stem = name[: len(name) - len(extension_of(name))]
    return _shortened(stem + extension, extension)


def _shortened(name: str, ending: str) -> str:
    """Return the name cut to 120 characters, with its ending."""
    return name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - len(ending)] + ending


def _is_space(character: str) -> bool:
    return character == "\t" or unicodedata.category(character) == "Zs"
