"""Docstrings say what is returned, and stand wherever somebody outside may look."""

import ast
from collections.abc import Iterator

from support.sources import PRODUCT, Documented, definitions, sources

MOST_THAT_GIVE = 0.05  # of all docstrings
SAID_BY_THEIR_FIELDS = "cases/history/events"  # event dataclasses: the fields are the facts
SCHEMAS = ("Schema", "Strict")  # how the bases of marshmallow's schemas end


def test_few_docstrings_begin_with_give():
    """A function returns; with "Give" everything began once, which said nothing."""
    trees = sources(*PRODUCT, "tests").values()
    nodes = [node for tree in trees for node in (tree, *(node for _, node in definitions(tree)))]
    said = [text for node in nodes if (text := ast.get_docstring(node))]
    give = [text for text in said if text.startswith(("Give ", "Gives "))]
    assert len(give) <= MOST_THAT_GIVE * len(said), f"{len(give)} of {len(said)}, as: {give[:5]}"


def test_whatever_is_public_has_a_docstring():
    missing = [
        f"{path}:{getattr(node, 'lineno', 1)} {name}"
        for path, tree in sources().items()
        for name, node in _public(tree, path)
        if not ast.get_docstring(node)
    ]
    assert missing == []


def _public(tree: ast.Module, path: str) -> Iterator[tuple[str, Documented]]:
    """Yield the module, and each public class, function and method that nothing else explains."""
    yield "the module", tree
    for node in tree.body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef) or node.name.startswith("_"):
            continue
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif not _is_said_by_its_fields(node, path):
            yield node.name, node
            yield from _methods(node)


def _is_said_by_its_fields(node: ast.ClassDef, path: str) -> bool:
    return path.startswith(SAID_BY_THEIR_FIELDS) or any(ast.unparse(base).endswith(SCHEMAS) for base in node.bases)


def _methods(node: ast.ClassDef) -> Iterator[tuple[str, Documented]]:
    """Yield the public methods of a class without bases: with one, the base may say what its methods do."""
    for method in node.body:
        if not node.bases and isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
            yield f"{node.name}.{method.name}", method
