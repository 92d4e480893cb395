"""An embedded Valkey: the broker and the cache of the demo and the tests, with a journal of every second."""

import signal
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tools.launcher import processes
from tools.launcher.account import Account
from tools.launcher.say import Trouble

READY_S = 30
STOP_S = 20


@dataclass(frozen=True)
class Valkey:
    """One server: its program, its data, its socket, the account it runs as."""

    program: Path
    data: Path
    socket: Path
    account: Account
    log: Path

    @property
    def broker_url(self) -> str:
        """What BROKER_URL becomes."""
        return f"redis+socket://{self.socket}"

    @property
    def cache_url(self) -> str:
        """What CACHE_URL becomes: a database of its own beside the queues."""
        return f"unix://{self.socket}?db=1"

    def start(self, *, shared: bool = False) -> None:
        """Make it serve; return when it answers.

        Trouble when it lives, is used by another command (`shared`), and cannot be reached.
        """
        if self.answers():
            return
        if shared and processes.working_in(self.data):
            raise Trouble(processes.UNREACHABLE.format("Valkey", self.data, self.socket))
        processes.send(processes.working_in(self.data), signal.SIGKILL)
        self.socket.unlink(missing_ok=True)
        self.data.mkdir(mode=0o700, exist_ok=True)
        self.account.own(self.data)
        with self.log.open("ab") as log:
            server = subprocess.Popen(
                self._command(), cwd=self.data, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, **self.account.popen_arguments(),
            )  # fmt: skip
        processes.wait_until(lambda: self.answers() or server.poll() is not None, READY_S)
        if not self.answers():
            raise Trouble(f"Valkey does not start; see {self.log}")

    def _command(self) -> list[str]:
        # The data folder is the working folder: no path to quote.
        return [
            str(self.program), "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "700",
            "--dir", ".", "--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
        ]  # fmt: skip

    def stop(self) -> None:
        """Ask it to write its journal and end."""
        servers = processes.working_in(self.data)
        processes.send(servers, signal.SIGTERM)
        if not processes.wait_until(lambda: self._ended(servers), STOP_S):
            raise Trouble(f"Valkey (process {servers}) does not stop; see {self.log}")

    def _ended(self, servers: list[int]) -> bool:
        processes.reap(servers)
        return not any(map(processes.alive, servers))

    def answers(self) -> bool:
        """True when PING is answered, a journal still being read counting as no."""
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(5)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(7).startswith(b"+PONG")
        except OSError:
            return False
