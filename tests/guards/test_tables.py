"""A table is declared once, by its model: whoever else needs it asks the model for it."""

import ast
import importlib
import pkgutil

from support.sources import PRODUCT, sources

from cases.database.base import Base

DECLARING = {"table", "Table"}  # SQLAlchemy's, by whatever module they are called
NOT_BY_A_MODEL = {
    "words_search": "the FTS5 table of SQLite, whose columns no model can name",
    "published_case": "a view",
}


def _declared(tree: ast.Module) -> list[tuple[str, int]]:
    """Return the names of tables that a module declares by hand, each with its line."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args)
    return [
        (call.args[0].value, call.lineno)
        for call in calls
        if getattr(call.func, "id", getattr(call.func, "attr", None)) in DECLARING
        and isinstance(call.args[0], ast.Constant)
        and isinstance(call.args[0].value, str)
    ]


def test_no_table_of_a_model_is_declared_again():
    for package in PRODUCT:
        for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
            importlib.import_module(module.name)
    again = [
        f"{path}:{line} declares {name}"
        for path, tree in sources().items()
        if not path.startswith("cases/migrations/")
        for name, line in _declared(tree)
        if name in Base.metadata.tables or name not in NOT_BY_A_MODEL  # one that nobody knows is no better
    ]
    assert again == []
