"""Reading XML as a stream, so that a large sheet takes no memory; a document type may hold a bomb and is refused."""

from collections.abc import Iterable
from typing import Any
from xml.parsers import expat  # nosec B407 - document types are refused, so no entity can be declared

Attributes = dict[str, str]


class XmlListener:
    """Is told of the elements of a document; names of elements and attributes are without their namespace."""

    def begin(self, name: str, attributes: Attributes) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """A part of an element's text."""


def read_xml(parts: Iterable[bytes], listener: XmlListener) -> None:
    """Read a document and tell the listener. Raises `OSError` when it is no XML, or has a document type."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartElementHandler = lambda name, attributes: listener.begin(_local(name), _locals(attributes))
    parser.EndElementHandler = lambda name: listener.end(_local(name))
    parser.CharacterDataHandler = listener.text
    try:
        for part in parts:
            parser.Parse(part, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise OSError(f"its XML is broken: {error}") from None


def _refuse_document_type(*_: Any) -> None:
    raise OSError("its XML has a document type")


def _local(name: str) -> str:
    return name[name.rfind(" ") + 1 :]


def _locals(attributes: Attributes) -> Attributes:
    return {_local(name): value for name, value in attributes.items()}
