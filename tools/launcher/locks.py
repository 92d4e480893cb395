"""Locks between the commands of one checkout; the kernel drops them when a process dies, however it dies."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def open_lock(path: Path) -> int:
    """A descriptor to lock; another account's file is opened for reading, which is enough."""
    try:
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except PermissionError:
        return os.open(path, os.O_RDONLY)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """One process at a time in here."""
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


class Presence:
    """Says "I use it" for as long as the process lives, and knows whether anybody else does."""

    def __init__(self, path: Path) -> None:
        self.descriptor = open_lock(path)

    def enter(self) -> None:
        """Use it, together with others."""
        fcntl.flock(self.descriptor, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Stop using it; True when nobody else does."""
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            last = False
        else:
            last = True
        os.close(self.descriptor)
        return last
