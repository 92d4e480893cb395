"""Locks between the commands of one checkout; the kernel drops them when a process dies, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.launcher.say import say


def open_lock(path: Path) -> int:
    """A descriptor to lock; another account's file is opened for reading, which is enough."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except PermissionError:
        return os.open(path, os.O_RDONLY)


@contextmanager
def alone(path: Path, waiting: str = "") -> Iterator[None]:
    """One process at a time in here; `waiting` is said when we have to wait for another."""
    descriptor = open_lock(path)
    try:
        _wait_for(descriptor, waiting)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def unless_taken(path: Path) -> Iterator[bool]:
    """Whether nobody else is in here; who is, is not waited for."""
    descriptor = open_lock(path)
    try:
        yield _taken_at_once(descriptor)
    finally:
        os.close(descriptor)


def _wait_for(descriptor: int, waiting: str) -> None:
    if not _taken_at_once(descriptor):
        if waiting:
            say(waiting)
        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _taken_at_once(descriptor: int) -> bool:
    """Whether nobody else had it: it is ours alone now."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class Presence:
    """Says "I use it" for as long as the process lives, and knows whether anybody else does."""

    def __init__(self, path: Path) -> None:
        self.descriptor = open_lock(path)

    def enter(self) -> bool:
        """Use it, together with others; True when others do already."""
        shared = not _taken_at_once(self.descriptor)
        fcntl.flock(self.descriptor, fcntl.LOCK_SH)
        return shared

    def leave(self) -> bool:
        """Stop using it; True when nobody else does."""
        last = _taken_at_once(self.descriptor)
        os.close(self.descriptor)
        return last
