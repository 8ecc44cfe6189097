"""A real Dovecot for the tests: IMAP on loopback, any user with one password, all files in the run's folder."""

import contextlib
import grp
import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from imap_tools import MailBoxUnencrypted
from support.servers.dovecot_setup import find_dovecot
from support.servers.services import (
    LOOPBACK,
    PATIENCE,
    NoServer,
    Server,
    free_port,
    is_listening,
    make_folder,
    make_run_folder,
    wait_until,
)

from cases.settings.mail_in import MailboxLogin

PASSWORD = "hemligt-lösen/1"
SERVING = ("imap", "imap-login")  # the names of the processes that speak with clients
CONFIGURATION = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
protocols = imap
listen = {loopback}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
first_valid_gid = 1
mail_location = maildir:{folder}/mail/%u
mail_fsync = never
mailbox_list_index = no
disable_plaintext_auth = no
auth_mechanisms = {mechanisms}
auth_failure_delay = 0 secs
auth_cache_size = 1M
ssl = yes
ssl_cert = <{folder}/certificate.pem
ssl_key = <{folder}/key.pem
{passdb}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = {separator}
  prefix = {prefix}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
{more}
"""
BY_PASSWORD = "passdb {{\n  driver = static\n  args = password={password}\n}}"
BY_TOKEN = "passdb {{\n  driver = oauth2\n  mechanisms = xoauth2\n  args = {folder}/oauth2.conf\n}}"
OAUTH2 = "tokeninfo_url = {url}/info?access_token=\nusername_attribute = email\n"
CERTIFICATE = (
    "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost "
    f"-addext subjectAltName=IP:{LOOPBACK},DNS:localhost"
)


@dataclass(frozen=True)
class Dovecot:
    """A Dovecot that runs. `server` stops and starts it; `certificate` is the file that a client has to trust."""

    server: Server
    tls_port: int

    @property
    def certificate(self) -> Path:
        """The certificate, which no authority has signed."""
        return self.server.folder / "certificate.pem"

    def mailbox(self, user: str) -> "TestMailbox":
        """Return the mailbox of this user, which is there as soon as it is opened."""
        return TestMailbox(self, user)

    def crash(self) -> None:
        """Kill it and all its processes, which lead no group of their own, in the middle of whatever they do."""
        os.killpg(self.server.pid, signal.SIGKILL)
        wait_until(lambda: not is_listening(self.server.port), f"port {self.server.port} is still open")
        (self.server.folder / "run" / "master.pid").unlink()

    def start(self) -> None:
        """Start it again with its mails; does nothing when it runs."""
        if not (self.server.folder / "server.pid").exists():
            self.server.start()

    def pause(self) -> None:
        """Stop all its processes: connections are still taken, by the system, and nobody answers."""
        os.killpg(self.server.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Continue all its processes; does nothing when it does not run."""
        with contextlib.suppress(FileNotFoundError):
            os.killpg(self.server.pid, signal.SIGCONT)

    def cut(self) -> int:
        """Kill the processes that serve connections, in the middle of whatever they do; return how many there were."""
        children = Path(f"/proc/{self.server.pid}/task/{self.server.pid}/children").read_text().split()
        serving = [int(pid) for pid in children if _name_of(pid) in SERVING]
        for pid in serving:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        return len(serving)


@dataclass(frozen=True)
class TestMailbox:
    """One mailbox, as a mail program sees it."""

    __test__ = False
    dovecot: Dovecot
    user: str

    @property
    def maildir(self) -> Path:
        """The folder in which the server keeps the mails: those of the inbox, and below it the other folders."""
        return self.dovecot.server.folder / "mail" / self.user

    def url(self, scheme: str = "imap", folder: str = "", password: str = PASSWORD) -> str:
        """Return what VENTIL_MAIL_IN is to say."""
        port = self.dovecot.tls_port if scheme == "imaps" else self.dovecot.server.port
        words = (quote(word, safe="") for word in (self.user, password))
        return f"{scheme}://{':'.join(words)}@{LOOPBACK}:{port}" + (f"/{quote(folder)}" if folder else "")

    def login(self, scheme: str = "imap", folder: str = "INBOX", password: str = PASSWORD) -> MailboxLogin:
        """Return how Ventil is to log in to it."""
        port = self.dovecot.tls_port if scheme == "imaps" else self.dovecot.server.port
        return MailboxLogin(scheme, LOOPBACK, port, self.user, password, folder)

    def opened(self) -> MailBoxUnencrypted:
        """Return a connection of a mail program, to be used by `with`."""
        return MailBoxUnencrypted(LOOPBACK, self.dovecot.server.port, timeout=20).login_utf8(self.user, PASSWORD)

    def put(self, raw: bytes, folder: str = "INBOX", at: datetime | None = None) -> None:
        """Lay a mail into a folder, as one that came at this moment; the folder is made where it is missing."""
        with self.opened() as program:
            if not program.folder.exists(folder):
                program.folder.create(folder)
            program.append(raw, folder, dt=at)

    def folders(self) -> set[str]:
        """Return the names of all folders."""
        with self.opened() as program:
            return {folder.name for folder in program.folder.list()}

    def mails(self, folder: str = "INBOX") -> list[bytes]:
        """Return the bytes of the mails in the folder, in the order in which they came; none when it is missing."""
        with self.opened() as program:
            if not program.folder.exists(folder):
                return []
            program.folder.set(folder)
            uids = program.uids("UNDELETED")
            return [program.client.uid("FETCH", uid, "(BODY.PEEK[])")[1][0][1] for uid in uids]

    def flags(self, folder: str) -> list[tuple[str, ...]]:
        """Return the flags of each mail in the folder."""
        with self.opened() as program:
            program.folder.set(folder)
            return [mail.flags for mail in program.fetch(mark_seen=False)]


@contextmanager
def open_dovecot() -> Iterator[Dovecot]:
    """Yield a Dovecot in a folder that the user it runs as may enter; it is stopped and cleared away afterwards."""
    run = make_run_folder()
    try:
        running = start_dovecot(run / "dovecot")
        try:
            yield running
        finally:
            running.server.stop()
    finally:
        shutil.rmtree(run, ignore_errors=True)


def start_dovecot(
    folder: Path, *, separator: str = "/", prefix: str = "", more: str = "", token_url: str | None = None
) -> Dovecot:
    """Start a Dovecot in `folder`, and return it when it answers.

    `separator` and `prefix` are those of its folders, `more` is further configuration. With a `token_url` it takes
    access tokens (XOAUTH2), which it shows to that server, and no passwords.
    """
    binary = find_dovecot()
    if binary is None:
        raise NoServer("no Dovecot: run `make dovecot`")
    make_folder(folder)
    for part in ("run", "state", "mail"):
        make_folder(folder / part)
    words: list[str | Path] = [*CERTIFICATE.split(), "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"]
    subprocess.run(words, check=True, stdin=subprocess.DEVNULL, capture_output=True)
    owner = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
    values: Mapping[str, object] = {
        "folder": folder,
        "loopback": LOOPBACK,
        "user": owner.pw_name,
        "group": grp.getgrgid(owner.pw_gid).gr_name,
        "port": free_port(),
        "tls_port": free_port(),
        "separator": separator,
        "prefix": prefix,
        "more": more,
        "mechanisms": "xoauth2 plain" if token_url else "plain login",
        "password": PASSWORD,
    }
    passdb = ((BY_TOKEN if token_url else "") + "\n" + BY_PASSWORD).format(**values)
    (folder / "oauth2.conf").write_text(OAUTH2.format(url=token_url))
    (folder / "dovecot.conf").write_text(CONFIGURATION.format(passdb=passdb, **values))
    pid_file = folder / "server.pid"
    pid_file.symlink_to(folder / "run" / "master.pid")  # which is gone as soon as it has stopped
    port = int(str(values["port"]))

    def launch() -> None:
        with (folder / "start.log").open("w") as said:  # no pipe: it would be open as long as the server runs
            command: list[str | Path] = [binary, "-c", folder / "dovecot.conf"]
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True, timeout=PATIENCE
            )
        if done.returncode:
            raise NoServer(f"{binary} failed: {(folder / 'start.log').read_text().strip()[-500:]}")
        wait_until(lambda: is_listening(port) and is_known(pid_file), f"{binary} does not listen")

    launch()
    return Dovecot(Server(f"imap://{LOOPBACK}:{port}", folder, port, launch), int(str(values["tls_port"])))


def is_known(pid_file: Path) -> bool:
    """Return whether the server has written which process it is, which it does after it listens."""
    return pid_file.exists() and bool(pid_file.read_text().strip())


def _name_of(pid: str) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""  # it has just ended
