"""The mail sink as a process of its own: it keeps each mail as a file before it says that it has it.

As a program it listens on PORT, keeps what it gets in FOLDER, and takes a mood from each line that it reads; it answers
each line with how many mails it has kept without saying so, and ends when nothing more can come.
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
SOME = "35"  # who is refused then: addresses whose local part ends so


@dataclass
class FolderSink(SmtpSink):
    """Keeps mails in a folder, where others can read them. `unsaid` counts those that were kept and not said so."""

    folder: Path = field(default_factory=Path.cwd)
    unsaid: int = 0
    for_some: bool = False

    def keep(self, letter: SunkLetter) -> None:
        """Write it down."""
        from proof.checker.evidence.sink import SunkMail, store_mail

        store_mail(self.folder, SunkMail(datetime.now(UTC), letter.recipients, letter.content))
        self.unsaid += self.mood == "drop"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options) -> str:  # type: ignore[no-untyped-def]
        """Refuse some for good, in that mood."""
        if self.for_some and address.partition("@")[0].endswith(tuple(SOME)):
            return "550 5.7.1 not here"
        return await super().handle_RCPT(server, session, envelope, address, rcpt_options)

    def be(self, mood: str) -> None:
        """Take another mood; what hangs in the old one ends."""
        if self.mood == "hang":
            self.close()
        self.for_some = mood == FOR_SOME
        self.mood = "accept" if self.for_some else mood


@dataclass
class SinkProcess:
    """The program, and how to speak to it."""

    folder: Path
    port: int = field(default_factory=free_port)
    host: str = LOOPBACK
    _process: "subprocess.Popen[str] | None" = None

    @property
    def url(self) -> str:
        """What VENTIL_SMTP_URL is to say."""
        return f"smtp://{self.host}:{self.port}"

    def start(self) -> None:
        """Start it, and return when it listens."""
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
        """Let it take a mood: one of smtp_sink.MOODS, or "550 for some". Give how many mails it kept in silence."""
        assert self._process and self._process.stdin and self._process.stdout
        self._process.stdin.write(f"{mood}\n")
        self._process.stdin.flush()
        if not select([self._process.stdout], [], [], PATIENCE)[0]:
            raise TimeoutError(f"the mail sink does not take the mood {mood}")
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
    """Keep mails until nobody can tell us anything more."""
    sink = FolderSink(port=int(sys.argv[1]), folder=Path(sys.argv[2]))
    sink.open()
    for line in sys.stdin:
        sink.be(line.strip())
        print(sink.unsaid, flush=True)
    sink.close()


if __name__ == "__main__":
    main()
