"""Names of files: what somebody's computer called a file is kept, as far as it is a name and nothing else."""

import unicodedata
from pathlib import PurePosixPath

LONGEST_NAME = 120


def safe_name(name: str) -> str:
    """Return the name of a file in NFC, without folders and unprintable characters; "fil" when nothing is left.

    What cannot be printed includes line ends, NUL, marks that turn the direction of writing, and what is no character.
    A name of more than 120 characters is cut to that length, and keeps its extension (such as ".jpg").
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    printable = "".join(character for character in last if character.isprintable()).strip()
    plain = printable.strip(" .") or "fil"
    if printable.startswith(f".{plain}"):  # nothing is left before the extension
        plain = f"fil.{plain}"
    ending = PurePosixPath(plain).suffix[:10]
    return plain if len(plain) <= LONGEST_NAME else plain[: LONGEST_NAME - len(ending)] + ending
