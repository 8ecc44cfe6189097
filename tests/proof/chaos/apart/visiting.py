"""A visitor's browser: it keeps cookies, and may reach another web machine at each click."""

import re
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookies import SimpleCookie

HIDDEN = re.compile(r'<input[^>]*type="hidden"[^>]*name="([^"]+)"[^>]*value="([^"]*)"')
EDGE = "an-edge-between-parts"
PATIENCE = 20.0


@dataclass(frozen=True)
class VisitedPage:
    """One response: status, the Location header, and the body."""

    status: int
    location: str
    content: bytes

    @property
    def hidden(self) -> dict[str, str]:
        """The hidden fields of the form on the page: value by name."""
        return dict(HIDDEN.findall(self.content.decode(errors="replace")))


@dataclass
class PageVisitor:
    """A browser that sends `host` as the Host header, whichever machine it asks, and keeps cookies."""

    host: str
    _cookies: dict[str, str] = field(default_factory=dict)

    def get(self, at: tuple[str, int], path: str) -> VisitedPage:
        """GET a page of the machine at this address and port."""
        return self._ask(at, "GET", path, None, {})

    def send(self, at: tuple[str, int], path: str, fields: dict[str, str], file: tuple[str, bytes]) -> VisitedPage:
        """POST a form with a file (name and content)."""
        parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
        name, content = file
        head = f'Content-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
        body = "".join(f"--{EDGE}\r\n{part}\r\n" for part in parts).encode()
        body += f"--{EDGE}\r\n{head}".encode() + content + f"\r\n--{EDGE}--\r\n".encode()
        return self._ask(at, "POST", path, body, {"Content-Type": f"multipart/form-data; boundary={EDGE}"})

    def _ask(
        self, at: tuple[str, int], method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> VisitedPage:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        connection = HTTPConnection(*at, timeout=PATIENCE)
        try:
            connection.request(method, path, body, {"Host": self.host, "Cookie": cookies, **headers})
            answer = connection.getresponse()
            for header in answer.headers.get_all("Set-Cookie") or ():
                self._cookies |= {name: morsel.value for name, morsel in SimpleCookie(header).items()}
            return VisitedPage(answer.status, answer.headers.get("Location", ""), answer.read())
        finally:
            connection.close()
