"""The web servers: gunicorn with several processes, or waitress inside the one process of `ventil up`."""

import gc
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from waitress.server import BaseWSGIServer, MultiSocketServer, create_server

from cases.database.transactions import Database
from cases.logs import log_as_json
from cases.settings import Settings
from web import create_app
from web.requests.multipart import LARGEST_READ

PATIENCE = 60  # seconds that a request may take before its worker is replaced
GRACE = 20  # seconds that requests get to end when the server stops
COLLECTS_AFTER = (20_000, 50, 100)  # gc thresholds: new objects, and collections of each younger generation
SLOWEST_CLIENT = 15  # seconds to wait for what a client is sending


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
        database = Database(self.settings.database_url, self.settings.calendar, pool_size=threads)
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
    OurGunicorn(
        settings,
        {
            "bind": f"{host}:{port}",
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",
            "timeout": PATIENCE,
            "graceful_timeout": GRACE,
            "keepalive": 5,
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
        max_request_body_size=LARGEST_READ + 1024 * 1024,
        ident=None,
        clear_untrusted_proxy_headers=False,
    )
    return server
