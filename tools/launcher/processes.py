"""Processes seen through /proc: who lives, who is a zombie, who descends from whom."""

import ctypes
import os
import signal
import time
from collections.abc import Callable, Iterable
from pathlib import Path

PROC = Path("/proc")
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
UNREACHABLE = (
    "{} of {} is used by another command of this checkout and does not answer at {}."
    " End that command, or run this one where it sees the same /tmp."
)


def state(pid: int) -> str:
    """The kernel's letter (R, S, Z, …), or nothing when there is no such process."""
    try:
        return (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return ""


def parent(pid: int) -> int:
    """The parent's number, 0 when unknown."""
    try:
        return int((PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, IndexError):
        return 0


def alive(pid: int) -> bool:
    """True for a process that still runs; a zombie does not."""
    return state(pid) not in ("", "Z", "X")


def everyone() -> list[int]:
    """All process numbers."""
    return [int(entry.name) for entry in PROC.iterdir() if entry.name.isdecimal()]


def working_in(folder: Path) -> list[int]:
    """Living processes whose working folder is this one: a PostgreSQL server and its children."""
    return [pid for pid in everyone() if alive(pid) and _folder_of(pid) == str(folder)]


def _folder_of(pid: int) -> str:
    try:
        return os.readlink(PROC / str(pid) / "cwd")
    except OSError:
        return ""


def descendants(root: int) -> list[int]:
    """Children, their children and so on, living ones only."""
    children: dict[int, list[int]] = {}
    for pid in everyone():
        children.setdefault(parent(pid), []).append(pid)
    found, waiting = [], [root]
    while waiting:
        offspring = children.get(waiting.pop(), [])
        found += offspring
        waiting += offspring
    return [pid for pid in found if alive(pid)]


def send(pids: Iterable[int], number: signal.Signals) -> None:
    """Signal them all; those gone meanwhile do not matter."""
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue


def reap(pids: Iterable[int]) -> None:
    """Take leave of those that are our own dead children, so that none stays a zombie."""
    for pid in pids:
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            continue


def wait_until(condition: Callable[[], bool], seconds: float, pause: float = 0.02) -> bool:
    """True as soon as the condition holds, False when time is up."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True


def adopt_orphans() -> None:
    """Grandchildren whose parent died become our children, so that we can stop them."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def die_with_parent() -> None:
    """To be called in a child before it becomes a program: it is stopped when the launcher is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
