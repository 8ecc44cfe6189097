"""A server of access tokens for the tests: it gives them (RFC 6749, 4.4), and says to an IMAP server whose one is."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from support.servers.services import LOOPBACK

CLIENT, SECRET = "ventil", "mycket-hemligt"


@dataclass
class TokenServer:
    """Gives tokens for `mailbox`. `given` are those that it gave, `asked` the forms; `revoked` hold no longer."""

    mailbox: str = ""
    given: list[str] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    revoked: set[str] = field(default_factory=set)
    life: int = 3600
    url: str = ""

    def give(self, form: dict[str, str]) -> tuple[int, dict[str, object]]:
        """Return status and answer to the request for a token; like the real ones, a refusal repeats what was sent."""
        self.asked.append(form)
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            said = f"Invalid client secret provided: {form.get('client_secret')}"
            return 401, {"error": "invalid_client", "error_description": said}
        self.given.append(f"token-{len(self.given)}-hemlig")
        return 200, {"access_token": self.given[-1], "token_type": "Bearer", "expires_in": self.life}

    def tell_of(self, token: str) -> tuple[int, dict[str, object]]:
        """Return status and answer to an IMAP server that asks whose token it is."""
        holds = token in self.given and token not in self.revoked
        return (200, {"email": self.mailbox}) if holds else (401, {"error": "invalid_token"})


@contextmanager
def token_server() -> Iterator[TokenServer]:
    """Run a token server on loopback until the end of the block."""
    tokens = TokenServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            written = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(*tokens.give({name: values[0] for name, values in parse_qs(written).items()}))

        def do_GET(self) -> None:
            self._answer(*tokens.tell_of(parse_qs(urlsplit(self.path).query).get("access_token", [""])[0]))

        def _answer(self, status: int, said: dict[str, object]) -> None:
            content = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    tokens.url = f"http://{LOOPBACK}:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield tokens
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
