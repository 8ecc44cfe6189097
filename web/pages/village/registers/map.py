"""The map of a register, drawn by the server: how many of its cases are about each place. The list says the same."""

from dataclasses import dataclass

from cases.organisation.outlines import Outline
from cases.village.registers.listing import RegisterCounts
from web.pages.village.drawing import WIDTH, Shape, draw_shapes


@dataclass(frozen=True)
class DrawnPlace:
    """One place on the map: how many cases are about it, and how many of these are late."""

    shape: Shape
    name: str
    cases: int
    late: int

    @property
    def standing(self) -> str:
        """The word by which the place is coloured: "late", "some" or "none"."""
        return "late" if self.late else "some" if self.cases else "none"


@dataclass(frozen=True)
class RegisterMap:
    """The drawing: its height (it is `WIDTH` wide), the places on it, and how many cases are about no place on it."""

    height: int
    drawn: tuple[DrawnPlace, ...]
    elsewhere: int

    @property
    def width(self) -> int:
        """The width of the drawing."""
        return WIDTH

    @property
    def standings(self) -> tuple[str, ...]:
        """The standings that occur, for the key to the map."""
        present = {one.standing for one in self.drawn}
        return tuple(one for one in ("late", "some", "none") if one in present)


def draw(
    outlines: tuple[Outline, ...], counts: RegisterCounts, names: dict[str, str], *, chosen: str | None
) -> RegisterMap | None:
    """Return the map of the places that have an outline and a name, by slug in `names`; None when there is none.

    The chosen place is drawn last, so that none of its neighbours hides its outline.
    """
    drawing = draw_shapes([outline for outline in outlines if outline.place in names])
    if drawing is None:
        return None
    drawn = tuple(
        DrawnPlace(shape, names[place], counts.cases[place], counts.late[place])
        for place, shape in sorted(drawing.shapes.items(), key=lambda drawn: drawn[0] == chosen)
    )
    return RegisterMap(drawing.height, drawn, counts.cases.total() - sum(one.cases for one in drawn))
