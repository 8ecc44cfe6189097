"""How many of a thing there are, in words: 1 row, 2 rows."""


def counted(number: int, thing: str) -> str:
    """Return the number with the name of the thing, which gets an s unless there is one."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
