"""The text of one cell of an ODS file, put together from its paragraphs (OpenDocument 1.3, part 3, 6.1: basic text)."""

from cases.imports.formats.spreadsheets.xml_reading import Attributes, local_names

BREAKS = {"line-break": "\n", "tab": "\t"}
SPACES = "s"
COMMENT = "annotation"  # has paragraphs of its own, which are no part of the cell


class CellText:
    """The text of a cell as it is shown; `has_breaks` says that it has breaks, tabs or spaces that are elements."""

    def __init__(self) -> None:
        self.shown, self.has_breaks = "", False
        self._paragraphs = 0
        self._is_comment = False

    def begin(self, name: str, attributes: Attributes) -> None:
        """An element within the cell begins."""
        if name == COMMENT:
            self._is_comment = True
        elif self._is_comment:
            return
        elif name == "p":
            self.shown += "\n" if self._paragraphs else ""
            self._paragraphs += 1
        elif name in BREAKS or name == SPACES:
            self.has_breaks = True
            self.shown += BREAKS.get(name) or " " * min(int(local_names(attributes).get("c", 1)), MOST_SPACES)

    def end(self, name: str) -> None:
        """An element within the cell ends."""
        if name == COMMENT:
            self._is_comment = False

    def add(self, text: str) -> None:
        """Add a part of the text."""
        if self._paragraphs and not self._is_comment:
            self.shown += text


MOST_SPACES = 20_000  # no column holds more; a file could ask for more than the memory has
