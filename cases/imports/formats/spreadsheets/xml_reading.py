"""Reading XML as a stream, so that a large sheet takes no memory; a document type may hold a bomb and is refused."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from xml.parsers import expat  # document types are refused, so no entity can be declared  # nosec B407

Attributes = dict[str, str]


class XmlListener:
    """Is told of the elements of a document by their names without prefix; attributes keep theirs."""

    def begin(self, name: str, attributes: Attributes) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, text: str) -> None:
        """A part of an element's text."""


class Collected(XmlListener):
    """Collects the attributes of all elements of one name."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.found: list[Attributes] = []

    def begin(self, name: str, attributes: Attributes) -> None:
        if name == self.name:
            self.found.append(local_names(attributes))


def read_xml(parts: Iterable[bytes], listener: XmlListener) -> None:
    """Read a document and tell the listener. Raises `OSError` when it is no XML, or has a document type."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    begin, end = listener.begin, listener.end  # looked up once: a large sheet has millions of elements
    parser.StartElementHandler = lambda name, attributes: begin(local_name(name), attributes)
    parser.EndElementHandler = lambda name: end(local_name(name))
    parser.CharacterDataHandler = listener.text
    try:
        for part in parts:
            parser.Parse(part, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise OSError(f"its XML is broken: {error}") from None


@lru_cache(maxsize=1024)
def local_name(name: str) -> str:
    """Return the name of an element or attribute without the prefix of its namespace."""
    return name[name.rfind(":") + 1 :]


def local_names(attributes: Attributes) -> Attributes:
    """Return the attributes by their names without prefix."""
    return {local_name(name): value for name, value in attributes.items()}


def _refuse_document_type(*_: Any) -> None:
    raise OSError("its XML has a document type")
