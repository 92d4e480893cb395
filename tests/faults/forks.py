"""Workers, clocks and code of the application, started from a process that has read all of it already."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.launcher import processes
from tools.launcher.paths import ROOT

GONE_S = 10


class Prepared:
    """`tests.faults.prepared` with these settings. It begins to read at once; the first fork waits until it has."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.prepared"], cwd=ROOT, env=os.environ | environment, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        self.ready = False

    def fork(self, what: str, log: Path, code: str = "") -> int:
        """Start a "worker", one "worker alone", "beat" or, as "code", some lines; the number of its process."""
        if not self.ready:
            self.ready = self._said() == "ready"
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps([what, str(log), code]) + "\n")
        self.process.stdin.flush()
        return int(self._said())

    def _said(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def end(self) -> None:
        """Start nothing any more; what was started goes on."""
        self.process.kill()
        self.process.communicate()


@contextmanager
def prepared(environment: dict[str, str]) -> Iterator[Prepared]:
    """Such a process, killed at the end with all it started."""
    made = Prepared(environment)
    try:
        yield made
    finally:
        started = processes.descendants(made.process.pid)
        made.end()
        processes.send(started, signal.SIGKILL)
        processes.wait_until(lambda: not any(map(processes.alive, started)), GONE_S)
