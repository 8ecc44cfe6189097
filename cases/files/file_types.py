"""The types of files that are accepted, each known by its name's extension and by its first bytes."""

from dataclasses import dataclass
from pathlib import PurePosixPath

import puremagic

from cases.refusals import FileTooLarge, WrongFileType

LARGEST = 10 * 1024 * 1024


@dataclass(frozen=True)
class FileType:
    """Describes a type of file that is accepted. `magic` are the first bytes of every such file.

    `form` is the name of the type for the program that rewrites the file (`cases.files.sandbox`).
    """

    media_type: str
    magic: bytes
    form: str


JPEG = FileType("image/jpeg", b"\xff\xd8\xff", "JPEG")
PNG = FileType("image/png", b"\x89PNG\r\n\x1a\n", "PNG")
PDF = FileType("application/pdf", b"%PDF-", "PDF")
ACCEPTED = {".jpg": JPEG, ".jpeg": JPEG, ".png": PNG, ".pdf": PDF}


def type_of(name: str, content: bytes) -> FileType:
    """Return the type of a file with this name, made safe before.

    Raises `WrongFileType` unless name and content are those of one type that is accepted, and `FileTooLarge`.
    """
    kind = ACCEPTED.get(PurePosixPath(name).suffix.lower())
    if kind is None or not _is(kind, content):
        raise WrongFileType(field="file", name=name)
    if len(content) > LARGEST:
        raise FileTooLarge(field="file", name=name)
    return kind


def _is(kind: FileType, content: bytes) -> bool:
    if not content.startswith(kind.magic):
        return False
    try:
        return any(found.mime_type == kind.media_type for found in puremagic.magic_string(content))
    except puremagic.PureError:
        return False
