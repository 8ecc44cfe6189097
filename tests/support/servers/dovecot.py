"""A real Dovecot for the tests: IMAP on loopback, any user with one password, all files in the run's folder."""

import grp
import os
import pwd
import subprocess
from collections.abc import Mapping
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
    wait_until,
)

from cases.settings.mail_in import MailboxLogin

PASSWORD = "hemligt-lösen/1"
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


@dataclass(frozen=True)
class TestMailbox:
    """One mailbox, as a mail program sees it."""

    __test__ = False
    dovecot: Dovecot
    user: str

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
    words = [*CERTIFICATE.split(), "-keyout", folder / "key.pem", "-out", folder / "certificate.pem"]
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
            command = [binary, "-c", folder / "dovecot.conf"]
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, start_new_session=True, timeout=PATIENCE
            )
        if done.returncode:
            raise NoServer(f"{binary} failed: {(folder / 'start.log').read_text().strip()[-500:]}")
        wait_until(lambda: is_listening(port), f"{binary} does not listen")

    launch()
    return Dovecot(Server(f"imap://{LOOPBACK}:{port}", folder, port, launch), int(str(values["tls_port"])))
