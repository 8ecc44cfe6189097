"""The fake mail server as a process of its own: it stores each mail as a file before it says that it has it.

As a program it listens on PORT, stores mails in FOLDER, and reads one mood from each line of its standard input. It
answers each line with how many mails it has stored so far without saying so, and stops when its input ends.
"""

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from select import select

from support.servers.mail_server import FakeMailServer, into_folder
from support.servers.services import LOOPBACK, free_port

ROOT = Path(__file__).parents[3]
PATIENCE = 20.0  # seconds


@dataclass
class MailServerProcess:
    """The program, and how to speak to it. The mails lie in `folder`; `start` makes it if it is missing."""

    folder: Path
    port: int = field(default_factory=free_port)
    _process: "subprocess.Popen[str] | None" = None

    @property
    def url(self) -> str:
        """What VENTIL_SMTP_URL is to say."""
        return f"smtp://{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Start it, and return when it listens."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "support.servers.mail_server_process", str(self.port), str(self.folder)],
            env={"PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "tests")))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.set_mood("accept")

    def set_mood(self, mood: str) -> int:
        """Let it take this `MailServerMood`, and return how many mails it has kept so far without saying so."""
        assert self._process and self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{mood}\n")
        self._process.stdin.flush()
        if not select([self._process.stdout], [], [], PATIENCE)[0]:
            raise TimeoutError(f"the mail server does not take the mood {mood}")
        return int(self._process.stdout.readline())

    def stop(self) -> None:
        """End it, if need be by force."""
        if self._process is not None:
            try:
                self._process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.communicate()
            self._process = None


def main() -> None:
    """Keep mails until the standard input ends."""
    server = FakeMailServer(port=int(sys.argv[1]), keep=into_folder(Path(sys.argv[2])))
    server.open()
    for line in sys.stdin:
        server.mood = line.strip()
        print(server.unsaid, flush=True)
    server.close()


if __name__ == "__main__":
    main()
