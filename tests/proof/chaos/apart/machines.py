"""Simulated machines: each has a network namespace and a folder of its own, and shares only what is named.

Where networks cannot be made (that takes root and `ip`), a machine is a folder of its own on this one.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from proof.chaos.apart.tcp_proxy import TcpProxy

NETWORK = "10.213.77"
HUB = f"{NETWORK}.1"
FIRST = 11
IP = shutil.which("ip") or "ip"


@dataclass(frozen=True)
class Machine:
    """One machine. `enter` are the words to put before a command so that it runs there."""

    name: str
    address: str
    folder: Path
    enter: tuple[str, ...] = ()

    def path(self, *parts: str) -> Path:
        """Return a path in its folder."""
        return self.folder.joinpath(*parts)


@dataclass
class Site:
    """All machines of an installation, and the proxies by which they reach the servers that they share."""

    folder: Path
    hub: str
    machines: list[Machine] = field(default_factory=list)
    proxies: list[TcpProxy] = field(default_factory=list)

    @property
    def has_networks(self) -> bool:
        """Whether each machine has a network of its own."""
        return self.hub != "127.0.0.1"

    def machine(self, name: str) -> Machine:
        """Add a machine, and return it."""
        number = FIRST + len(self.machines)
        folder = self.folder / name
        folder.mkdir(parents=True)
        if self.has_networks:
            _network(number)
            made = Machine(name, f"{NETWORK}.{number}", folder, (IP, "netns", "exec", _named(number)))
        else:
            made = Machine(name, self.hub, folder)
        self.machines.append(made)
        return made

    def reach(self, url: str) -> str:
        """Return the URL under which the machines reach a server that listens on this machine's loopback."""
        parts = urlsplit(url)
        proxy = TcpProxy((parts.hostname or "", parts.port or 0), self.hub)
        proxy.open()
        self.proxies.append(proxy)
        user = f"{parts.username}@" if parts.username else ""
        return urlunsplit(parts._replace(netloc=f"{user}{self.hub}:{proxy.port}"))


@contextmanager
def open_site(folder: Path) -> Iterator[Site]:
    """Yield a site without machines yet; its networks and proxies are removed at the end."""
    with ExitStack() as stack:
        hub = HUB if os.geteuid() == 0 and _hub_is_made(stack) else "127.0.0.1"
        site = Site(folder, hub)
        try:
            yield site
        finally:
            for proxy in site.proxies:
                proxy.close()
            if site.has_networks:
                for number in range(FIRST, FIRST + len(site.machines)):
                    _ip("netns", "del", _named(number))


def _hub_is_made(stack: ExitStack) -> bool:
    """Make the network bridge that the machines are plugged into; return False when that is not permitted here."""
    switch = _switch()
    if not _ip("link", "add", switch, "type", "bridge"):
        return False
    stack.callback(_ip, "link", "del", switch)
    steps = (("addr", "add", f"{HUB}/24", "dev", switch), ("link", "set", switch, "up"))
    return all(_ip(*step) for step in steps) and _can_make_a_network()


def _can_make_a_network() -> bool:
    made = _ip("netns", "add", _named(0))
    _ip("netns", "del", _named(0))
    return made


def _network(number: int) -> None:
    name, plug = _named(number), f"v{os.getpid()}x{number}"
    for step in (
        ("netns", "add", name),
        ("link", "add", plug, "type", "veth", "peer", "name", "eth0", "netns", name),
        ("link", "set", plug, "master", _switch(), "up"),
        ("-n", name, "addr", "add", f"{NETWORK}.{number}/24", "dev", "eth0"),
        ("-n", name, "link", "set", "eth0", "up"),
        ("-n", name, "link", "set", "lo", "up"),
    ):
        if not _ip(*step):
            raise OSError(f"ip {' '.join(step)} failed")


def _named(number: int) -> str:
    return f"ventil-{os.getpid()}-{number}"


def _switch() -> str:
    return f"vb{os.getpid()}"


def _ip(*words: str) -> bool:
    try:
        return subprocess.run([IP, *words], capture_output=True).returncode == 0
    except OSError:
        return False
