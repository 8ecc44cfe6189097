"""Print the figures of the imports: circles of modules, rooms that import each other, imports against the layers.

`python tools/import_figures.py [ROOT]`. Imports inside functions count; those under `TYPE_CHECKING` do not. The layers
are those of the contracts in pyproject.toml, read here a second time so that each import is shown with its line.
"""

import ast
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("cases", "notifications", "workers", "web")
MOST_FILES = 13  # .py files in a folder, __init__.py among them
MOST_FILES_IN = {"cases": 18, "cases/migrations/versions": 999}  # migrations are a numbered list that only grows


@dataclass(frozen=True)
class Import:
    """One module that imports another, and the first line that says so."""

    importer: str
    imported: str
    line: int

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.imported}"


@dataclass(frozen=True)
class ImportGraph:
    """The modules, by dotted name, and their imports of each other."""

    modules: dict[str, Path]
    imports: tuple[Import, ...]


def read_imports(root: Path = ROOT, packages: Iterable[str] = PACKAGES) -> ImportGraph:
    """Return the graph of the packages that stand beneath `root`."""
    modules = {module_name(file, root): file for package in packages for file in sorted((root / package).rglob("*.py"))}
    imports = {}
    for importer, file in modules.items():
        for imported, line in _imported(importer, file, set(modules)):
            imports.setdefault((importer, imported), Import(importer, imported, line))
    return ImportGraph(modules, tuple(imports.values()))


def module_name(file: Path, root: Path = ROOT) -> str:
    """Return the dotted name under which this file is imported."""
    return ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def _imported(importer: str, file: Path, modules: set[str]) -> Iterator[tuple[str, int]]:
    tree = ast.parse(file.read_text())
    package = importer if file.name == "__init__.py" else importer.rpartition(".")[0]
    for node in _nodes_that_run(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            source = _source(node, package)
            names = [full if (full := f"{source}.{alias.name}") in modules else source for alias in node.names]
        else:
            continue
        yield from ((name, node.lineno) for name in names if name in modules and name != importer)


def _nodes_that_run(node: ast.AST) -> Iterator[ast.AST]:
    """Walk the tree in the order of its lines, without what only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for rest in child.orelse:
                yield from (rest, *_nodes_that_run(rest))
            continue
        yield child
        yield from _nodes_that_run(child)


def _source(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    above = package.split(".")[: len(package.split(".")) - node.level + 1]
    return ".".join([*above, *([node.module] if node.module else [])])


def circles(graph: ImportGraph) -> list[list[str]]:
    """Return the groups of modules in which each reaches each other by imports (Tarjan's algorithm)."""
    targets = defaultdict(list)
    for one in graph.imports:
        targets[one.importer].append(one.imported)
    index: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found = []

    def visit(module: str) -> None:
        index[module] = lowest[module] = len(index)
        stack.append(module)
        for target in targets[module]:
            if target not in index:
                visit(target)
            if target in stack:
                lowest[module] = min(lowest[module], lowest[target])
        if lowest[module] == index[module]:
            start = stack.index(module)
            if len(stack) - start > 1:
                found.append(sorted(stack[start:]))
            del stack[start:]

    for module in graph.modules:
        if module not in index:
            visit(module)
    return found


def pairs_of_rooms(graph: ImportGraph) -> dict[tuple[str, str], list[Import]]:
    """Return the rooms that import each other in both directions, with those imports.

    A room is a package or a module beside it in one folder: of `cases`, and of every folder beneath.
    """
    between = defaultdict(list)
    for one in graph.imports:
        if rooms := _rooms(one):
            between[rooms].append(one)
    return {
        (one, other): between[one, other] + between[other, one]
        for one, other in list(between)
        if one < other and (other, one) in between
    }


def _rooms(one: Import) -> tuple[str, str] | None:
    """Return the two rooms of one folder that the import connects; None when it leads into a room around it."""
    importer, imported = one.importer.split("."), one.imported.split(".")
    if importer[0] != imported[0]:
        return None
    depth = next((n for n, (a, b) in enumerate(zip(importer, imported, strict=False)) if a != b), None)
    return None if depth is None else (".".join(importer[: depth + 1]), ".".join(imported[: depth + 1]))


@dataclass(frozen=True)
class Layer:
    """One line of a contract: rooms that stand side by side, and whether they may import each other."""

    rooms: tuple[str, ...]
    may_import_each_other: bool


def contracts(root: Path = ROOT) -> dict[str, list[Layer]]:
    """Return the layers of each package from the contracts of pyproject.toml, the uppermost first."""
    read = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return {
        container: [_layer(line) for line in contract["layers"]]
        for contract in read
        if contract["type"] == "layers"
        for container in contract.get("containers", [""])
    }


def _layer(line: str) -> Layer:
    return Layer(tuple(name.strip() for name in line.replace("|", ":").split(":")), "|" not in line)


def against_the_layers(graph: ImportGraph, layers: dict[str, list[Layer]]) -> list[Import]:
    """Return the imports of a room that stands higher, or beside in a layer whose rooms may not import each other."""
    return [one for one in graph.imports for container, of in layers.items() if _is_against(one, container, of)]


def _is_against(one: Import, container: str, layers: list[Layer]) -> bool:
    importer, imported = _room_in(container, one.importer), _room_in(container, one.imported)
    heights = {room: height for height, layer in enumerate(layers) for room in layer.rooms}
    if importer == imported or importer not in heights or imported not in heights:
        return False
    if heights[importer] == heights[imported]:
        return not layers[heights[importer]].may_import_each_other
    return heights[importer] > heights[imported]


def _room_in(container: str, module: str) -> str | None:
    if container and not module.startswith(f"{container}."):
        return None
    return module[len(container) :].removeprefix(".").split(".")[0]


def crowded_folders(files: Iterable[Path], root: Path = ROOT) -> dict[str, int]:
    """Return how many .py files stand in each folder that has more than it may have."""
    counted: dict[str, int] = defaultdict(int)
    for file in files:
        counted[file.parent.relative_to(root).as_posix()] += 1
    return {folder: count for folder, count in counted.items() if count > MOST_FILES_IN.get(folder, MOST_FILES)}


def main(root: Path) -> None:
    """Print the figures."""
    graph = read_imports(root)
    print(f"modules: {len(graph.modules)}, imports: {len(graph.imports)}")
    _print("circles of modules", circles(graph))
    _print("rooms that import each other", [f"{a} <-> {b}" for a, b in pairs_of_rooms(graph)])
    _print("imports against the layers", against_the_layers(graph, contracts(root)))
    _print("crowded folders", [f"{folder}: {n}" for folder, n in crowded_folders(graph.modules.values(), root).items()])


def _print(name: str, found: list[object]) -> None:
    print(f"{name}: {len(found)}", *(f"  {one}" for one in found), sep="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else ROOT)
