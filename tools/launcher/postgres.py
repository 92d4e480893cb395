"""An embedded PostgreSQL: started, judged by a real connection, stopped."""

import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tools.launcher import memory, pgwire, processes
from tools.launcher.account import Account
from tools.launcher.pgwire import Status
from tools.launcher.say import Trouble, say

DATABASE = "acquit"
READY_S = 120  # a crash with gigabytes of journal takes its time to recover
STOP_S = 60
GIGABYTE = 1024**3

INITDB = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--data-checksums", "--no-sync"]
# Only from version 17; it sorts by code point without asking the system's locales.
BUILTIN_LOCALE = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "work_mem": "32MB",
    "wal_compression": "off",
    "wal_buffers": "64MB",
    "min_wal_size": "2GB",  # a night writes into journal files that are there already
    "max_wal_size": "4GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "max_parallel_workers_per_gather": "2",
    "max_connections": "100",
    "log_checkpoints": "off",
}
IN_MEMORY = "memory"  # the tablespace of temporary tables that are kept there
UNSAFE_BUT_FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Postgres:
    """One server: its program, its data, the short folder of its socket, the account it runs as, and the folder in
    memory of its temporary tables, if they are to be there."""

    program: Path
    data: Path
    sockets: Path
    account: Account
    log: Path
    settings: dict[str, str]
    memory: Path | None = None

    @property
    def socket(self) -> Path:
        """The socket clients connect to."""
        return self.sockets / ".s.PGSQL.5432"

    @property
    def url(self) -> str:
        """What DATABASE_URL becomes."""
        return f"postgres://postgres@/{DATABASE}?host={quote(str(self.sockets), safe='')}"

    def start(self, *, shared: bool = False) -> None:
        """Make it serve, whatever state it was left in; return when a connection succeeds.

        Trouble when it lives, is used by another command (`shared`), and cannot be reached.
        """
        if self._status() is Status.DOWN:
            if shared and self._pid() in processes.working_in(self.data):
                raise Trouble(processes.UNREACHABLE.format("PostgreSQL", self.data, self.socket))
            self._clear_remains()
            self._create_if_new()
            self._launch()
        elif self._status() is Status.BUSY:
            self._wait_ready(None)
        if self._status() is Status.NO_DATABASE:
            pgwire.execute(self.socket, "postgres", f'CREATE DATABASE "{DATABASE}"')

    def stop(self) -> None:
        """Ask it to stop without waiting for its clients, and wait for its end."""
        self._end()
        if self.memory:
            memory.forget(self.memory)

    def _end(self) -> None:
        pid = self._pid()
        if not pid or pid not in processes.working_in(self.data):
            return
        processes.send([pid], signal.SIGINT)
        if not processes.wait_until(lambda: self._ended(pid), STOP_S):
            raise Trouble(f"PostgreSQL (process {pid}) does not stop; see {self.log}")

    def _ended(self, pid: int) -> bool:
        processes.reap([pid])
        return not processes.alive(pid)

    def _status(self) -> Status:
        return pgwire.status(self.socket, DATABASE)

    def _pid(self) -> int:
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return 0

    def _clear_remains(self) -> None:
        """After kill -9: wait for orphans of the dead server, then forget it.

        PostgreSQL refuses to start while the old server is a zombie, and its number may belong to another program
        since; who works in the data folder is the truth.
        """
        pid = self._pid()
        if pid:
            processes.reap([pid])
        if pid in processes.working_in(self.data):
            processes.wait_until(lambda: self._status() is not Status.DOWN or self._ended(pid), READY_S)
        if self._status() is not Status.DOWN:
            return
        if not processes.wait_until(lambda: not processes.working_in(self.data), 10):
            processes.send(processes.working_in(self.data), signal.SIGKILL)
            processes.wait_until(lambda: not processes.working_in(self.data), 10)
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def _create_if_new(self) -> None:
        if (self.data / "PG_VERSION").exists():
            return self._refuse_other_version()
        say("Creating the database server's files")
        unfinished = self.data.with_name(f"{self.data.name}.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        self.account.own(unfinished)
        options = INITDB + (BUILTIN_LOCALE if self._major() >= 17 else [])
        self._run([str(self.program.with_name("initdb")), "-D", str(unfinished), *options])
        unfinished.rename(self.data)
        return None

    def _major(self) -> int:
        found = re.search(r"\d+", self._run([str(self.program), "--version"]))
        return int(found.group()) if found else 0

    def _refuse_other_version(self) -> None:
        made_by = int((self.data / "PG_VERSION").read_text())
        if made_by != self._major():
            raise Trouble(
                f"{self.data} was made by PostgreSQL {made_by} and this one is {self._major()}."
                " Move that folder away to start afresh."
            )

    def _run(self, command: list[str]) -> str:
        done = subprocess.run(
            command, capture_output=True, text=True, cwd="/", env=_environment(), check=False,
            **self.account.popen_arguments(),
        )  # fmt: skip
        if done.returncode:
            raise Trouble(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def _launch(self) -> None:
        settings = SETTINGS | memory_settings() | self.settings
        settings["unix_socket_directories"] = f'"{self.sockets}"'
        in_memory = self.memory and memory.make(self.memory, self.account)
        if in_memory:
            settings["temp_tablespaces"] = IN_MEMORY
        arguments = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self.log.open("ab") as log:
            server = subprocess.Popen(
                [str(self.program), "-D", str(self.data), *arguments],
                cwd="/", env=_environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True, **self.account.popen_arguments(),
            )  # fmt: skip
        self._wait_ready(server)
        if in_memory:
            self._name_memory()

    def _name_memory(self) -> None:
        # Again at each start: nothing in it outlives the server.
        for statement in (
            f"DROP TABLESPACE IF EXISTS {IN_MEMORY}",
            f"CREATE TABLESPACE {IN_MEMORY} LOCATION '{self.memory}'",
        ):
            pgwire.execute(self.socket, "postgres", statement)

    def _wait_ready(self, server: "subprocess.Popen[bytes] | None") -> None:
        def settled() -> bool:
            gone = server is not None and server.poll() is not None
            return gone or self._status() in (Status.UP, Status.NO_DATABASE)

        processes.wait_until(settled, READY_S)
        if self._status() not in (Status.UP, Status.NO_DATABASE):
            raise Trouble(f"PostgreSQL does not start:\n{_tail(self.log)}\n(all of it in {self.log})")


def memory_settings() -> dict[str, str]:
    """A quarter of the memory for shared buffers, eight gigabytes at most."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    shared = min(8 * GIGABYTE, memory // 4)
    return {
        "shared_buffers": f"{shared // 1024**2}MB",
        "maintenance_work_mem": f"{min(GIGABYTE, shared) // 2 // 1024**2}MB",
        "effective_cache_size": f"{memory // 3 // 1024**2}MB",
    }


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LANG": "C.UTF-8"}


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-15:])
