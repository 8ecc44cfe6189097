"""Rewrite a PDF without what acts by itself, what is hidden in it, and what tells who made it, when and where."""

import io
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Stream

from cases.files.sandbox.jpeg_metadata import without_metadata

# Keys by which a PDF runs something, carries another file, or holds data about its maker (ISO 32000-2).
FORBIDDEN_KEYS = (
    *("/JS", "/JavaScript", "/AA", "/OpenAction", "/Launch", "/EmbeddedFiles", "/EF", "/AF", "/XFA", "/Metadata"),
    *("/RichMediaContent", "/RichMediaSettings", "/PieceInfo", "/Collection", "/Thumb", "/URI", "/SpiderInfo"),
)
ALLOWED_ACTIONS = frozenset({"/GoTo", "/Named", "/URI"})
ACTIVE_ANNOTATIONS = frozenset({"/FileAttachment", "/RichMedia", "/Movie", "/Sound", "/Screen", "/3D"})
WEB = ("http://", "https://", "mailto:", "tel:")


class NoPages(Exception):
    """There is nothing to see in the document."""


def rewrite(content: bytes) -> bytes:
    """Return the document written anew: its pages, links and fields, without scripts, files and metadata.

    Raises pikepdf's `PasswordError` for a document that is encrypted, with or without a password to open it, its
    `PdfError` for one that cannot be read, and `NoPages` for one without pages.
    """
    with pikepdf.open(io.BytesIO(content)) as document:
        if document.is_encrypted:
            raise pikepdf.PasswordError
        if not document.pages:
            raise NoPages
        for key in ("/Info", "/ID"):
            if key in document.trailer:
                del document.trailer[key]
        for item in document.objects:
            _clean(item)
        out = io.BytesIO()
        document.save(out, linearize=False, preserve_pdfa=False, deterministic_id=True)
        return out.getvalue()


def _clean(item: Any) -> None:
    """Clean one object and all that is written inside it; what it refers to is an object of its own."""
    waiting = [item]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Array):
            waiting += [part for part in found if _holds_others(part)]
        elif isinstance(found, Dictionary | Stream):
            _clean_keys(found)
            waiting += [found[key] for key in found.keys() if _holds_others(found[key])]  # noqa: SIM118
            if isinstance(found, Stream):
                _clean_picture(found)


def _holds_others(part: Any) -> bool:
    return isinstance(part, Array | Dictionary) and not part.is_indirect


def _clean_keys(found: Object) -> None:
    for key in FORBIDDEN_KEYS:
        if key in found and not (key == "/URI" and _is_web_link(found)):
            del found[key]
    if _acts(found):
        found[Name.S] = Name.GoTo
        for key in ("/F", "/Win", "/Mac", "/Unix", "/Next", "/D", "/T", "/R", "/Fields"):
            if key in found:
                del found[key]
    if str(found.get("/Subtype", "")) in ACTIVE_ANNOTATIONS:
        for key in [key for key in found.keys() if key != "/Rect"]:  # noqa: SIM118
            del found[key]
        found[Name.Type], found[Name.Subtype], found[Name.F] = Name.Annot, Name.Square, 2  # hidden


def _acts(found: Object) -> bool:
    """Return whether this is an action that does more than to turn to a page or follow a link."""
    action = str(found.get("/S", ""))
    if str(found.get("/Type", "")) == "/Action":
        return action not in ALLOWED_ACTIONS
    return action in FORBIDDEN_ACTIONS


FORBIDDEN_ACTIONS = frozenset({
    *("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE", "/Rendition", "/Movie", "/Sound"),
    *("/ResetForm", "/Hide", "/SetOCGState", "/Trans", "/GoTo3DView", "/RichMediaExecute", "/Thread"),
})  # fmt: skip


def _is_web_link(found: Object) -> bool:
    return str(found.get("/S", "")) == "/URI" and str(found["/URI"]).lower().startswith(WEB)


def _clean_picture(picture: Stream) -> None:
    """Take the place and the camera out of a photo that stands in the document as the JPEG that it was."""
    filters = picture.get("/Filter")
    kinds = [str(one) for one in filters] if isinstance(filters, Array) else [str(filters)]
    if kinds == ["/DCTDecode"]:
        clean = without_metadata(picture.read_raw_bytes())
        parameters: Any = picture.get("/DecodeParms")
        picture.write(clean, filter=Name.DCTDecode, decode_parms=parameters)
