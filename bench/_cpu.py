"""Processor time of the web server and of PostgreSQL, read from /proc: it compares well even on a busy machine."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from tools.launcher import processes

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")
# Of /proc/PID/stat after the name: time of the process itself, then of its children that ended.
OWN, OF_ENDED = slice(11, 13), slice(13, 15)


@dataclass(frozen=True)
class Spent:
    """Milliseconds of processor time of a group of processes."""

    web: float
    database: float

    def each(self, before: "Spent", pages: int) -> dict[str, float]:
        """What a page cost since `before`."""
        web, database = (self.web - before.web) / pages, (self.database - before.database) / pages
        return {"web": round(web, 1), "database": round(database, 1), "both": round(web + database, 1)}


@dataclass(frozen=True)
class Meter:
    """Watches the web server `web` (a process and its children) and the PostgreSQL we are connected to."""

    web: int

    def read(self) -> Spent:
        """So far."""
        server = _postmaster()
        database = _spent(processes.descendants(server), OWN) + _spent([server], OF_ENDED) if server else 0.0
        return Spent(_spent(processes.descendants(self.web), OWN), database)


def _postmaster() -> int:
    """The parent of our backend; 0 when the server is another machine's."""
    connection.ensure_connection()
    return processes.parent(connection.connection.info.backend_pid)


def _spent(pids: Iterable[int], fields: slice) -> float:
    total = 0
    for pid in pids:
        try:
            stat = (processes.PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # ended meanwhile: its time is now with its parent's
            continue
        total += sum(map(int, stat[fields]))
    return total * TICK_MS
