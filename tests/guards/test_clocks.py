"""Time is an argument: below the edge nobody asks this machine's clock what time it is."""

import ast

from support.sources import sources

# Each place that may ask, with its reason. A monotonic clock says no time, and may be asked anywhere.
EDGES = {
    "cases/database/clock.py: sqlite_now": "it is SQLite's clock: there is no server to ask",
    "cases/ladder/sweep.py: _present": "it compares this machine's clock with the database's, and refuses to sweep",
}
ASKING = {"now", "utcnow", "today", "time", "time_ns", "localtime", "gmtime", "ctime", "strftime"}
OWNERS = {"datetime", "date", "time", "dt", "func"}  # `func.now()` is the database's, past the clock that can be set


def _asks(node: ast.AST) -> bool:
    """Return whether the node names one of the clock's functions, called or handed on."""
    if isinstance(node, ast.ImportFrom):
        return node.module == "time" and bool({alias.name for alias in node.names} & ASKING)
    if not isinstance(node, ast.Attribute) or node.attr not in ASKING:
        return False
    owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    return owner in OWNERS and not (owner == "datetime" and node.attr in {"time", "strftime"})


def _places(node: ast.AST, path: str, inside: str = "") -> list[str]:
    """Return where beneath this node the clock is asked, as "path: function"."""
    found = []
    for child in ast.iter_child_nodes(node):
        if _asks(child):
            found.append(f"{path}: {inside}")
        name = child.name if isinstance(child, ast.FunctionDef | ast.ClassDef) else inside
        found += _places(child, path, name)
    return found


def test_nobody_below_the_edge_asks_the_clock():
    asked = [place for path, tree in sources("cases", "notifications").items() for place in _places(tree, path)]
    assert set(asked) == set(EDGES)


def test_each_way_to_ask_is_seen():
    ways = ["datetime.now(UTC)", "datetime.datetime.now()", "date.today()", "time.time()", "f(default_factory=dt.now)"]
    assert all(_places(ast.parse(way), "here") == ["here: "] for way in [*ways, "from time import time", "func.now()"])
    others = ["time.monotonic()", "present(session)", "moment.time()", "act.today", "datetime.time(8)", "now()"]
    assert not any(_places(ast.parse(other), "here") for other in others)
