"""How much memory processes hold of their own, watched while they work."""

import resource
import threading
from pathlib import Path

EVERY_S = 0.05


def own_mb(pid: int) -> int:
    """Memory of a process that is not shared with others, in megabytes; 0 when it runs elsewhere."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return int(status.partition("RssAnon:")[2].split()[0]) // 1024


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


class Watch(threading.Thread):
    """Notes the most memory a process holds of its own, until it is told to stop."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.peak_mb, self._stopped = pid, own_mb(pid), threading.Event()

    def run(self) -> None:
        """Look every twentieth of a second."""
        while not self._stopped.wait(EVERY_S):
            self.peak_mb = max(self.peak_mb, own_mb(self.pid))

    def stop(self) -> int:
        """Stop; return the most memory seen."""
        self._stopped.set()
        self.join()
        return self.peak_mb
