"""Draws the life of a case, by the table of steps in cases/states.py, as a diagram in docs/architecture.md."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cases.states import CLOCK_OF, STEPS, RunsOut, State  # noqa: E402 - found by the path above

PAGE = ROOT / "docs" / "architecture.md"
BEGIN, END = "<!-- life: drawn by `python tools/draw_life.py` -->", "<!-- /life -->"
SAYS = {RunsOut.LADDER: "ladder", RunsOut.TAKEN_UP: "taken up by itself", RunsOut.CLOSED: "closes by itself"}


def drawing() -> str:
    """Return a Mermaid state diagram: an arrow per pair of states, with the names of its steps."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> received: hand_in"]
    arrows: dict[tuple[State, State], list[str]] = {}
    for step in STEPS:
        for source in sorted(step.sources, key=list(State).index):
            names = arrows.setdefault((source, step.to), [])
            if step.name not in names:
                names.append(step.name)
    lines += [f"    {source} --> {to}: {', '.join(names)}" for (source, to), names in arrows.items()]
    lines += [f"    {state}: {state} ({SAYS[CLOCK_OF[state]]})" for state in State if state in CLOCK_OF]
    lines += [f"    {state} --> [*]" for state in State if state not in CLOCK_OF]
    return "\n".join([*lines, "```"])


def redraw(page: str) -> str:
    """Return the page with the present diagram between its marks."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{drawing()}\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(redraw(PAGE.read_text()))
