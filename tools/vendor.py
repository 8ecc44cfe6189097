"""Fetches stylesheets, scripts, icons and fonts with npm, and writes them to web/static/vendor with a manifest.

manifest.json names for each file its package, version, licence and SHA-256; tests/test_vendor.py compares the folder
with it. Only this tool needs npm.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

VENDOR = Path(__file__).resolve().parent.parent / "web" / "static" / "vendor"

ICONS = sorted(
    [
        "arrow-left",
        "arrow-right",
        "bell",
        "building-2",
        "calendar",
        "check",
        "clock",
        "eye",
        "eye-off",
        "flag",
        "git-merge",
        "hand",
        "history",
        "house",
        "inbox",
        "languages",
        "link",
        "list",
        "log-in",
        "log-out",
        "mail",
        "map-pin",
        "message-circle",
        "moon",
        "paperclip",
        "pause",
        "pencil",
        "phone",
        "play",
        "plus",
        "printer",
        "repeat",
        "rotate-ccw",
        "search",
        "send",
        "shield-check",
        "star",
        "sun",
        "tree-pine",
        "triangle-alert",
        "user",
        "users",
        "x",
    ]
)
COMPONENTS = ("alert", "button", "error-summary", "field", "fieldset", "input", "label", "skip-link", "tag",
              "validation-message")  # fmt: skip
FONT_SETS = ("latin-ext", "latin")
DRAWING = re.compile(r"""url\((?P<quote>["'])data:image/svg\+xml;charset=utf-8,(?P<drawing>.*?)(?P=quote)\)""", re.S)


@dataclass(frozen=True, eq=False)
class Package:
    """One npm package: its folder in web/static/vendor, and the files that are taken from it, with their new names."""

    name: str
    version: str
    licence: str
    folder: str
    files: dict[str, str]


PACKAGES = (
    Package(
        "htmx.org",
        "2.0.11",
        "0BSD",
        "htmx",
        {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "LICENSE"},
    ),
    Package(
        "@digdir/designsystemet-css",
        "1.22.0",
        "MIT",
        "designsystemet",
        {
            "dist/src/index.css": "designsystemet.css",
            "dist/theme/designsystemet.css": "theme.css",
            "LICENSE": "LICENSE",
        },
    ),
    Package(
        "@fontsource-variable/inter",
        "5.3.0",
        "OFL-1.1",
        "inter",
        {f"files/inter-{name}-wght-normal.woff2": f"inter-{name}.woff2" for name in FONT_SETS} | {"LICENSE": "LICENSE"},
    ),
    Package("lucide-static", "1.62.0", "ISC", "lucide", {"LICENSE": "LICENSE"}),
)


def fetch(package: Package, folder: Path) -> Path:
    """Fetch the package with `npm pack`, which verifies it; return the folder that it is unpacked to."""
    into = folder / package.folder
    into.mkdir()
    packed = subprocess.run(
        ["npm", "pack", "--silent", f"{package.name}@{package.version}"],
        cwd=into,
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ).stdout.split()[-1]
    with tarfile.open(into / packed) as archive:
        archive.extractall(into, filter="data")
    return into / "package"


def write_files(package: Package, fetched: Path) -> list[dict[str, str]]:
    """Write the package's files, copied and generated; return their rows of the manifest."""
    folder = VENDOR / package.folder
    folder.mkdir(parents=True)
    for name, our_name in package.files.items():
        shutil.copyfile(fetched / name, folder / our_name)
    make = MADE.get(package.folder)
    if make is not None:
        make(fetched, folder)
    return [describe(package, path) for path in sorted(folder.rglob("*")) if path.is_file()]


def describe(package: Package, path: Path) -> dict[str, str]:
    """Return the file's row of the manifest."""
    return {
        "file": path.relative_to(VENDOR).as_posix(),
        "name": package.name,
        "version": package.version,
        "licence": package.licence,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
    }


def make_font_sheet(fetched: Path, folder: Path) -> None:
    """Write inter.css: the @font-face rules of the character sets that are taken, with the new file names."""
    sheet = (fetched / "wght.css").read_text()
    rules = []
    for name in FONT_SETS:
        rule = re.search(rf"/\* inter-{name}-wght-normal \*/\n@font-face {{.*?\n}}", sheet, re.S)
        if rule is None:
            raise SystemExit(f"vendor: no @font-face for {name} in the package of Inter")
        rules.append(rule[0].replace(f"./files/inter-{name}-wght-normal", f"./inter-{name}"))
    (folder / "inter.css").write_text("\n\n".join(rules) + "\n")


def make_component_sheet(fetched: Path, folder: Path) -> None:
    """Leave in the stylesheet what all pages share and the rules of COMPONENTS; write its images to files."""
    sheet = folder / "designsystemet.css"
    blocks = top_level_blocks(sheet.read_text())
    sheet.write_text("\n".join(block for block in blocks if is_used(block)) + "\n")
    make_images(fetched, folder)


def top_level_blocks(sheet: str) -> list[str]:
    """Return the stylesheet's statements outside all braces, each with its braces."""
    blocks, start, depth = [], 0, 0
    for found in re.finditer(r'"(?:[^"\\]|\\.)*"|[{};]', sheet):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0 and found[0] in "};":
            blocks.append(sheet[start : found.end()])
            start = found.end()
    return blocks


def is_used(block: str) -> bool:
    """Return whether the block begins with no component (the layers, the page's base), or with one of COMPONENTS."""
    named = re.search(r"\.ds-([a-z-]+)", block)
    return named is None or named[1] == "sr-only" or named[1] in COMPONENTS


def make_images(fetched: Path, folder: Path) -> None:
    """Write the images inlined in the stylesheet to files, since the content security policy allows no data: URLs."""
    sheet = folder / "designsystemet.css"
    images = folder / "images"
    images.mkdir()

    def make_file(found: re.Match[str]) -> str:
        drawing = unquote(found["drawing"]) + "\n"
        name = hashlib.sha256(drawing.encode()).hexdigest()[:12] + ".svg"
        (images / name).write_text(drawing)
        return f'url("./images/{name}")'

    sheet.write_text(DRAWING.sub(make_file, sheet.read_text()))


def make_sprite(fetched: Path, folder: Path) -> None:
    """Write icons.svg: a <symbol> for each of ICONS, in the colour of the text."""
    symbols = [make_symbol(name, (fetched / "icons" / f"{name}.svg").read_text()) for name in ICONS]
    lines = [
        "<!-- From lucide-static (ISC): see LICENSE. -->",
        '<svg xmlns="http://www.w3.org/2000/svg">',
        *symbols,
        "</svg>",
        "",
    ]
    (folder / "icons.svg").write_text("\n".join(lines))


def make_symbol(name: str, drawing: str) -> str:
    """Return the icon's SVG file as a <symbol>; exit when it is no SVG."""
    shapes = re.search(r"<svg[^>]*>(.*)</svg>", drawing, re.S)
    if shapes is None:
        raise SystemExit(f"vendor: the icon {name} is no drawing")
    inside = "".join(line.strip() for line in shapes[1].splitlines())
    return (
        f'<symbol id="{name}" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
        f' stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{inside}</symbol>'
    )


MADE = {"designsystemet": make_component_sheet, "inter": make_font_sheet, "lucide": make_sprite}


def main() -> int:
    """Write the folder anew; all packages are fetched first, so that a failure leaves it as it was."""
    if shutil.which("npm") is None:
        print("vendor: npm is needed to fetch the packages, and is not here", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as temporary:
        fetched = {package: fetch(package, Path(temporary)) for package in PACKAGES}
        shutil.rmtree(VENDOR, ignore_errors=True)
        manifest = [row for package in PACKAGES for row in write_files(package, fetched[package])]
    (VENDOR / "manifest.json").write_text(json.dumps({"files": manifest}, indent=2) + "\n")
    for package in PACKAGES:
        print(f"vendor: {package.name} {package.version} ({package.licence})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
