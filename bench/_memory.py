"""Peak memory of this process and of the PostgreSQL server it speaks to, sampled while something runs."""

import resource
from pathlib import Path
from threading import Event, Thread

from django.db import connection

EVERY_S = 0.25
MB = 1024


class Memory:
    """`worker_mb`: the most this process has held since it started; `server_mb`: the most all processes of the server
    held together while inside the block, each shared page counted once."""

    def __enter__(self) -> "Memory":
        self.server_kb, self._stop = 0, Event()
        with connection.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            self._server = _parent(cursor.fetchone()[0])
        self._sampling = Thread(target=self._sample, daemon=True)
        self._sampling.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._sampling.join()

    @property
    def worker_mb(self) -> int:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MB

    @property
    def server_mb(self) -> int:
        return self.server_kb // MB

    def _sample(self) -> None:
        while not self._stop.wait(EVERY_S):
            self.server_kb = max(self.server_kb, sum(map(_held_kb, _family(self._server))))


def _parent(process: int) -> int:
    stat = Path(f"/proc/{process}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])


def _family(process: int) -> list[int]:
    return [process, *map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split())]


def _held_kb(process: int) -> int:
    """Its share of the pages it maps; nothing when it has just ended or is not ours to read."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
