"""Static files: their addresses hold a hash of them all, so that browsers keep them for good and never an old one."""

import re
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flask import Flask
from whitenoise import WhiteNoise

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

STATIC = Path(__file__).with_name("static")
AN_HOUR = 3600
HASHED = re.compile(r"/static/[0-9a-f]{12}/")


class StaticFiles(WhiteNoise):  # type: ignore[misc]  # whitenoise has no types
    """WSGI middleware that serves each static file at `/static/HASH/NAME`, for good, and `/static/NAME`, for an hour.

    With the hash of another version, which a page had from a process that is gone, the file is that of this version.
    """

    def __init__(self, app: "WSGIApplication", version: str) -> None:
        super().__init__(app, max_age=AN_HOUR, allow_all_origins=False, immutable_file_test=rf"^/static/{version}/")
        self.add_files(STATIC, f"static/{version}/")
        self.add_files(STATIC, "static/")

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer with the file, or let the app answer."""
        if environ.get("PATH_INFO", "") not in self.files:
            environ["PATH_INFO"] = HASHED.sub("/static/", environ.get("PATH_INFO", ""), count=1)
        answer: Iterable[bytes] = super().__call__(environ, start_response)
        return answer


def hash_addresses(app: Flask) -> str:
    """Make `url_for("static", filename=NAME)` return the address with the hash. Return that hash, of 12 digits."""
    version = _hash_of(STATIC)

    @app.url_defaults
    def add_hash(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint == "static" and not values["filename"].startswith(f"{version}/"):
            values["filename"] = f"{version}/{values['filename']}"

    return version


def _hash_of(folder: Path) -> str:
    """Return a hash of the names and contents of all files in the folder."""
    hashed = sha256()
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        hashed.update(f"{path.relative_to(folder).as_posix()}\0".encode() + sha256(path.read_bytes()).digest())
    return hashed.hexdigest()[:12]
