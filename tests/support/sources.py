"""The repository's own Python files, read once per process, for tests that look over all of them."""

import ast
import gc
import importlib.util
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("cases", "notifications", "workers", "web")
Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@cache
def sources(*folders: str) -> dict[str, ast.Module]:
    """Return the parsed files beneath these folders and `ventil.py`, by path from the root; default: the product."""
    files = [file for folder in folders or PRODUCT for file in (ROOT / folder).rglob("*.py")]
    found = {file.relative_to(ROOT).as_posix(): ast.parse(file.read_text()) for file in [ROOT / "ventil.py", *files]}
    gc.freeze()  # a million nodes that stay: the collector would go through them for every other test
    return found


def definitions(tree: ast.AST, above: str = "") -> Iterator[tuple[str, Documented]]:
    """Yield each class and function with its dotted name inside the module, those inside functions among them."""
    for node in _statements(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield above + node.name, node
            yield from definitions(node, f"{above}{node.name}.")
        else:
            yield from definitions(node, above)


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements that stand directly in this one; no expression holds a definition."""
    for block in ("body", "orelse", "handlers", "finalbody", "cases"):
        found = getattr(node, block, ())
        yield from found if isinstance(found, list) else ()


def load_tool(name: str) -> ModuleType:
    """Return the module `tools/<name>.py`, which stands in no package."""
    found = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert found is not None and found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module  # a dataclass looks its module up
    found.loader.exec_module(module)
    return module
