"""The web servers: gunicorn with several processes, or waitress inside the one process of `ventil up`."""

import gc
import time
from io import BytesIO
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server
from waitress.task import ErrorTask, WSGITask
from waitress.utilities import RequestEntityTooLarge

from cases.database.transactions import Database
from cases.logs import log_as_json
from cases.settings import Settings
from web import create_app, import_blueprints
from web.gathering_worker import SLOWEST_HEAD, SLOWEST_RATE
from web.requests.parsing.multipart import LARGEST_TAKEN

PATIENCE = 60  # seconds that a request may take before its worker is replaced
GRACE = 20  # seconds that requests get to end when the server stops
COLLECTS_AFTER = (20_000, 50, 100)  # gc thresholds: new objects, and collections of each younger generation
SLOWEST_CLIENT = 15  # seconds of silence after which waitress closes a connection
LOOKS_FOR_SILENT_CLIENTS = 5  # seconds between two looks
LARGEST_READ_PAST = 1024 * 1024 * 1024  # bytes of a body that waitress reads without keeping them
MOST_CONNECTIONS = 400  # of one process: a file for each, and a process often may open no more than 1024


class UnreadTask(WSGITask):
    """The app's answer to a request whose body is so large that nothing of it was read; then the connection ends."""

    def execute(self) -> None:
        """Call the app, and say that the connection is closed: the rest of the body may still come."""
        self.set_close_on_finish()
        super().execute()


def task_for_refused(channel: HTTPChannel, request: Any) -> ErrorTask | UnreadTask:
    """Return the task that answers a request which waitress refuses: the app's own page where the body is too large."""
    is_too_large = isinstance(request.error, RequestEntityTooLarge) and not request.chunked
    return (UnreadTask if is_too_large else ErrorTask)(channel, request)


class DiscardedBody:
    """The body of a request that is too large to be kept: read past, so that the client gets to see the answer."""

    error = None

    def __init__(self, size: int) -> None:
        self.left = size
        self.empty = BytesIO()

    @property
    def completed(self) -> bool:
        """Whether all of it has come."""
        return self.left == 0

    def received(self, data: bytes) -> int:
        """Count what has come, and return how many bytes of it belong to the body."""
        taken = min(len(data), self.left)
        self.left -= taken
        return taken

    def getfile(self) -> BytesIO:
        """Return what the app reads: nothing."""
        return self.empty

    getbuf = getfile


class LimitedParser(HTTPRequestParser):
    """Reads a request; a body that the app would leave unread is not kept."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read the headers."""
        super().parse_header(header_plus)
        if not self.chunked and self.content_length >= LARGEST_TAKEN:
            self.body_rcv = DiscardedBody(self.content_length)  # type: ignore[assignment]


class LimitedChannel(HTTPChannel):
    """A client's connection in waitress: a request must be there in time, however often a byte of it comes."""

    parser_class = LimitedParser
    error_task_class = staticmethod(task_for_refused)  # type: ignore[assignment]
    began = 0.0

    def received(self, data: bytes) -> bool:
        """Take what the client has sent; close the connection when half a request is all that came in its time."""
        if self.request is None:
            self.began = time.monotonic()
        taken: bool = super().received(data)
        size = min(getattr(self.request, "content_length", 0), LARGEST_TAKEN)
        if self.request is not None and time.monotonic() > self.began + SLOWEST_HEAD + size / SLOWEST_RATE:
            self.will_close = True
        return taken


class OurGunicorn(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """gunicorn, with its options given in code. Each worker process opens its own database after the fork."""

    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self.settings, self.gunicorn_options = settings, options
        super().__init__()

    def load_config(self) -> None:
        """Set gunicorn's options to those given to the constructor."""
        for name, value in self.gunicorn_options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Return the app, with a database of its own; gunicorn calls this in each worker process."""
        log_as_json()
        threads = int(self.gunicorn_options["threads"])
        database = Database.of(self.settings, pool_size=threads)
        app = create_app(self.settings, database)
        freeze_garbage_collector()
        return app


def freeze_garbage_collector() -> None:
    """Exempt all present objects from garbage collection and run it less often: it took a tenth of the CPU time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTS_AFTER)


def run_web(settings: Settings, host: str, port: int, workers: int = 2, threads: int = 8) -> None:
    """Serve the app with gunicorn until SIGTERM, in `workers` processes of `threads` threads each; for `ventil web`."""
    import_blueprints()  # once, before the fork, which then shares their memory
    freeze_garbage_collector()
    OurGunicorn(
        settings,
        {
            "bind": f"{host}:{port}",
            "workers": workers,
            "threads": threads,
            "worker_class": "web.gathering_worker.GatheringWorker",
            "worker_connections": MOST_CONNECTIONS,
            "timeout": PATIENCE,
            "graceful_timeout": GRACE,
            "keepalive": 0,  # half a second request would hold a thread; a proxy keeps connections to its clients
            "max_requests": 50_000,
            "max_requests_jitter": 5_000,
            "control_socket_disable": True,
            "forwarded_allow_ips": "",  # `create_app` takes the visitor's address from our own proxies only
            "accesslog": None,  # it would hold addresses; `web.operations.logs` logs requests
        },
    ).run()


def serve_embedded(app: Flask, host: str, port: int, threads: int = 8) -> MultiSocketServer | BaseWSGIServer:
    """Start a waitress server for `ventil up`, which runs everything in one process; it listens already.

    Its `run()` serves until another thread calls `close()`.
    """
    log_as_json()
    server: MultiSocketServer | BaseWSGIServer = create_server(
        app,
        host=host,
        port=port,
        threads=threads,
        channel_timeout=SLOWEST_CLIENT,
        cleanup_interval=LOOKS_FOR_SILENT_CLIENTS,
        connection_limit=MOST_CONNECTIONS,
        asyncore_use_poll=True,
        max_request_body_size=LARGEST_READ_PAST,
        ident=None,
        clear_untrusted_proxy_headers=False,
    )
    for one in (server.map or {}).values() if isinstance(server, MultiSocketServer) else (server,):
        if isinstance(one, BaseWSGIServer):
            one.channel_class = LimitedChannel
    return server
