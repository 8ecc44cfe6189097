"""The types of files that are accepted, each known by its content. Its name must not say that it is something else."""

from dataclasses import dataclass

import puremagic

from cases.files.file_names import extension_of
from cases.refusals import FileEmpty, FileTooLarge, WrongFileType

LARGEST = 10 * 1024 * 1024


@dataclass(frozen=True)
class FileType:
    """Describes a type of file that is accepted. `magic` are the first bytes of every such file.

    `extensions` are those of its names, the usual one first. `form` is the name of the type for the program that
    rewrites the file (`cases.files.sandbox`).
    """

    media_type: str
    magic: bytes
    form: str
    extensions: tuple[str, ...]


JPEG = FileType("image/jpeg", b"\xff\xd8\xff", "JPEG", (".jpg", ".jpeg"))
PNG = FileType("image/png", b"\x89PNG\r\n\x1a\n", "PNG", (".png",))
PDF = FileType("application/pdf", b"%PDF-", "PDF", (".pdf",))
ACCEPTED = (JPEG, PNG, PDF)
# Names of images, which programs give to a JPEG or PNG as well, and no name at all: the content decides.
PERHAPS_ACCEPTED = frozenset({"", ".jfif", ".jpe", ".heic", ".heif", ".webp", ".gif", ".bmp", ".tif", ".tiff"})
NAMES = PERHAPS_ACCEPTED.union(*(kind.extensions for kind in ACCEPTED))


def type_of(name: str, content: bytes) -> FileType:
    """Return the type of a file with this name, made safe before, by its content.

    Raises `WrongFileType` unless it is of one type that is accepted and its name is that of such a file, or of none;
    `FileEmpty`; and `FileTooLarge`.
    """
    if extension_of(name) not in NAMES:
        raise WrongFileType(field="file", name=name)
    if not content:
        raise FileEmpty(field="file", name=name)
    found = [kind for kind in ACCEPTED if _is(kind, content)]
    if not found:
        raise WrongFileType(field="file", name=name)
    if len(content) > LARGEST:
        raise FileTooLarge(field="file", name=name)
    return found[0]


def _is(kind: FileType, content: bytes) -> bool:
    if not content.startswith(kind.magic):
        return False
    try:
        return any(found.mime_type == kind.media_type for found in puremagic.magic_string(content))
    except puremagic.PureError:
        return False
