"""The mail sink as a process of its own, which writes each mail to a file before it accepts it.

As a program it listens on PORT and writes mails to FOLDER. Each line of stdin sets its mood; it answers each with the
number of mails that it has kept without accepting them, and ends when stdin closes.
"""

import subprocess
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from select import select

from support.servers.services import LOOPBACK, free_port, is_listening
from support.servers.smtp_sink import SmtpSink, SunkLetter

ROOT = Path(__file__).parents[3]
PATIENCE = 20.0
FOR_SOME = "550 for some"
SOME = "35"  # then addresses are refused whose local part ends with one of these digits


@dataclass
class FolderSink(SmtpSink):
    """Writes mails to a folder. `unsaid` counts those that were kept although the client was not told so."""

    folder: Path = field(default_factory=Path.cwd)
    unsaid: int = 0
    for_some: bool = False

    def keep(self, letter: SunkLetter) -> None:
        """Write the mail roles_in the folder."""
        from proof.checker.evidence.sink import SunkMail, store_mail

        store_mail(self.folder, SunkMail(datetime.now(UTC), letter.recipients, letter.content))
        self.unsaid += self.mood == "drop"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options) -> str:  # type: ignore[no-untyped-def]
        """Refuse some addresses with 550 while the mood is `FOR_SOME`."""
        if self.for_some and address.partition("@")[0].endswith(tuple(SOME)):
            return "550 5.7.1 not here"
        return await super().handle_RCPT(server, session, envelope, address, rcpt_options)

    def be(self, mood: str) -> None:
        """Take a mood; connections that hang in the old one are closed."""
        if self.mood == "hang":
            self.close()
        self.for_some = mood == FOR_SOME
        self.mood = "accept" if self.for_some else mood


@dataclass
class SinkProcess:
    """The program as a child process, and how to set its mood."""

    folder: Path
    port: int = field(default_factory=free_port)
    host: str = LOOPBACK
    _process: "subprocess.Popen[str] | None" = None

    @property
    def url(self) -> str:
        """The value for VENTIL_SMTP_URL."""
        return f"smtp://{self.host}:{self.port}"

    def start(self) -> None:
        """Start the process, and return when it listens."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(self.port), str(self.folder)],
            env={"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.be("accept")
        assert is_listening(self.port)

    def be(self, mood: str) -> int:
        """Set a mood: one of smtp_sink.MOODS, or "550 for some". Return the count of `unsaid`."""
        assert self._process and self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{mood}\n")
        self._process.stdin.flush()
        if not select([self._process.stdout], [], [], PATIENCE)[0]:
            raise TimeoutError(f"the mail sink does not take the mood {mood}")
        return int(self._process.stdout.readline())

    def stop(self) -> None:
        """End the process by closing its stdin, after 20 seconds by SIGKILL."""
        if self._process is not None:
            try:
                self._process.communicate(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.communicate()
            self._process = None


def main() -> None:
    """Run the sink until stdin closes."""
    sink = FolderSink(port=int(sys.argv[1]), folder=Path(sys.argv[2]))
    sink.open()
    for line in sys.stdin:
        sink.be(line.strip())
        print(sink.unsaid, flush=True)
    sink.close()


if __name__ == "__main__":
    main()
