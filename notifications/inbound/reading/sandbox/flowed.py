"""Plain text in format=flowed (RFC 3676): lines that were broken for the width of a screen become one again."""

SIGNATURE = "-- "


def unflowed(text: str, *, blanks_go: bool) -> str:
    """Return the text with its flowing lines joined. `blanks_go` is DelSp: the blank at the break is not a word's."""
    lines: list[list[str]] = []  # each in the pieces in which it was written
    depth_before, flows = -1, False
    for written in text.split("\n"):
        depth, line = _without_marks(written)
        if flows and depth == depth_before and line != SIGNATURE:
            if blanks_go:
                lines[-1][-1] = lines[-1][-1][:-1]
            lines[-1].append(line)
        else:
            lines.append([f"{'>' * depth} {line}" if depth else line])
        depth_before, flows = depth, line.endswith(" ") and line != SIGNATURE
    return "\n".join(map("".join, lines))


def _without_marks(line: str) -> tuple[int, str]:
    """Return how often the line is quoted, and the line without these marks and without its stuffed blank."""
    bare = line.lstrip(">")
    return len(line) - len(bare), bare.removeprefix(" ")
