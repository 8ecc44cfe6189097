"""Forms with files: what is too large is dropped while it comes in, and the words of the form are read all the same.

The limit of a body is 10 MB (SECURITY: size before parsing). Of a page's form up to 64 MB are read past, never kept:
browsers show no answer that comes before they have sent everything. Above 65 MB nothing is read.
"""

import io
import re
from functools import cached_property
from typing import IO, cast

from flask import Request
from werkzeug import formparser
from werkzeug.datastructures import FileStorage, Headers
from werkzeug.sansio.multipart import MultipartDecoder

LARGEST_BODY = 10 * 1024 * 1024
LARGEST_READ = 64 * 1024 * 1024
LARGEST_TAKEN = LARGEST_READ + 1024 * 1024  # of a body; a longer one is refused unread, by its Content-Length
MULTIPART = "multipart/form-data"
BACKSLASH = re.compile(rb'\\[\\"]?')


class ForgivingDecoder(MultipartDecoder):
    """Reads the parts of a form, also one whose headers hold a file's name that is no UTF-8, or a path of Windows."""

    def _parse_headers(self, data: bytes | bytearray) -> Headers:
        return super()._parse_headers(BACKSLASH.sub(_escaped, as_utf8(bytes(data))))


formparser.MultipartDecoder = ForgivingDecoder  # type: ignore[attr-defined]  # Werkzeug has no other way to name it


def _escaped(found: re.Match[bytes]) -> bytes:
    """Return a backslash that stands for itself (C:\\bild.jpg) as two; those that are an escape stay as they are."""
    return found[0] if len(found[0]) > 1 else rb"\\"


def as_utf8(header: bytes) -> bytes:
    """Return the headers of a part in UTF-8.

    What is no UTF-8 is read as Windows-1252 (else Latin-1), and halves of a character outside the BMP become one or,
    without the other half, U+FFFD.
    """
    try:
        text = header.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        text = _as_windows_wrote_it(header)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _as_windows_wrote_it(header: bytes) -> str:
    try:
        return header.decode("cp1252")
    except UnicodeDecodeError:
        return header.decode("latin-1")


class FormRequest(Request):
    """A request whose forms can be read although their files are too large; `is_too_large` says whether they are."""

    _file_bytes = 0

    @property
    def max_content_length(self) -> int | None:
        """How many bytes of the body are read; more of a form with files, whose files are dropped above 10 MB."""
        return LARGEST_READ if self.mimetype == MULTIPART and not self.path.startswith("/api/") else LARGEST_BODY

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        raise AttributeError("the limits are the same for all pages")

    @property
    def is_too_large(self) -> bool:
        """Whether the body, or all files in it, have more than 10 MB. Known once the form has been read."""
        return max(self.content_length or 0, self._file_bytes) > LARGEST_BODY

    @property
    def is_left_unread(self) -> bool:
        """Whether the body is so long that nothing of it is read: neither files nor words."""
        return (self.content_length or 0) >= LARGEST_TAKEN

    def note_file_bytes(self, count: int) -> bool:
        """Count bytes of files; return whether they are still within the limit."""
        self._file_bytes += count
        return self._file_bytes <= LARGEST_BODY

    @cached_property
    def stream(self) -> IO[bytes]:
        """The body. One that is longer than what we read ends early, as if its last file were complete."""
        boundary = self.mimetype_params.get("boundary", "")
        if self.mimetype == MULTIPART and boundary and (self.content_length or 0) > (self.max_content_length or 0):
            if self.is_left_unread:
                return io.BytesIO()
            return cast("IO[bytes]", CutBody(self.environ["wsgi.input"], f"\r\n--{boundary}--\r\n".encode()))
        return super().stream

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return KeptWithinLimit(self)


class KeptWithinLimit(io.BytesIO):
    """A file of a form: keeps nothing of itself once all files together are too large."""

    def __init__(self, request: FormRequest) -> None:
        super().__init__()
        self.request, self.is_dropped, self.size = request, False, 0

    def write(self, part: bytes) -> int:  # type: ignore[override]
        """Keep a part of the file, or drop the file."""
        self.size += len(part)
        if not self.request.note_file_bytes(len(part)) or self.is_dropped:
            self.is_dropped = True
            self.truncate(0)
            self.seek(0)
            return len(part)
        return super().write(part)


def is_dropped(file: FileStorage) -> bool:
    """Return whether the file was dropped while it came in."""
    return isinstance(file.stream, KeptWithinLimit) and file.stream.is_dropped


def is_too_large_alone(file: FileStorage) -> bool:
    """Return whether the file would have been dropped, had it been sent for itself."""
    return isinstance(file.stream, KeptWithinLimit) and file.stream.size > LARGEST_BODY


class CutBody(io.RawIOBase):
    """The beginning of a body, as far as we read, and the mark that ends a form."""

    def __init__(self, body: IO[bytes], end: bytes) -> None:
        self.body, self.left, self.end = body, LARGEST_READ, end

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes; b"" at the end."""
        if self.left:
            part = self.body.read(min(self.left, size if size > 0 else self.left))
            self.left = self.left - len(part) if part else 0
            if part:
                return part
        last, self.end = self.end, b""
        return last
