"""How much memory processes hold while something runs: this one, another, PostgreSQL as a whole."""

import resource
from pathlib import Path
from threading import Event, Thread

from django.db import connection

EVERY_S = 0.25
SINGLY_EVERY_S = 0.05
MB = 1024


class Memory:
    """`worker_mb`: the most this process had held since it started when the block ended; `server_mb`: the most all
    processes of the server held of their own together inside it, and what they shared at its end, each page once.

    What they share is asked for at the end only: the kernel then walks through all their pages, and asked four times a
    second it made a night a tenth longer."""

    def __enter__(self) -> "Memory":
        self.server_kb, self.worker_mb, self._stop = 0, 0, Event()
        with connection.cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            self._server = _parent(cursor.fetchone()[0])
        self._sampling = Thread(target=self._sample, daemon=True)
        self._sampling.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._sampling.join()
        self.worker_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // MB
        self.server_kb += sum(map(_shared_kb, _family(self._server)))

    @property
    def server_mb(self) -> int:
        return self.server_kb // MB

    def _sample(self) -> None:
        while not self._stop.wait(EVERY_S):
            self.server_kb = max(self.server_kb, sum(map(_own_kb, _family(self._server))))


def _parent(process: int) -> int:
    stat = Path(f"/proc/{process}/stat").read_text()
    return int(stat.rpartition(")")[2].split()[1])


def _family(process: int) -> list[int]:
    return [process, *map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split())]


def _own_kb(process: int) -> int:
    """Its memory that is not shared with others; nothing when it has just ended or is not ours to read."""
    return _counted_kb(process, "status", "RssAnon:")


def _shared_kb(process: int) -> int:
    """Its share of the pages it has in common with others."""
    return sum(_counted_kb(process, "smaps_rollup", part) for part in ("Pss_File:", "Pss_Shmem:"))


def _counted_kb(process: int, file: str, name: str) -> int:
    try:
        said = Path(f"/proc/{process}/{file}").read_text()
    except OSError:
        return 0
    figures = said.partition(name)[2].split()
    return int(figures[0]) if figures else 0  # of a process that has ended and is not yet waited for, nothing is said


def own_mb(pid: int) -> int:
    """Memory of a process that is not shared with others, in megabytes; 0 when it runs elsewhere."""
    return _own_kb(pid) // MB


def processor_s(pid: int) -> float:
    """Processor time of a process so far, in seconds; 0 when it runs elsewhere."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / 100


def peak_mb() -> int:
    """Most memory this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


class Watch(Thread):
    """Notes the most memory a process holds of its own, until it is told to stop."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak_mb, self._stopped = pid, own_mb(pid), Event()

    def run(self) -> None:
        """Look every twentieth of a second."""
        while not self._stopped.wait(SINGLY_EVERY_S):
            self.peak_mb = max(self.peak_mb, own_mb(self.pid))

    def stop(self) -> int:
        """Stop; return the most memory seen."""
        self._stopped.set()
        self.join()
        return self.peak_mb
