"""A folder in memory for the temporary tables of the tests: a night makes forty, and to make and forget their files on
a disk takes a fifth of its time."""

import shutil
from pathlib import Path

from tools.launcher.account import Account
from tools.launcher.paths import digest

MEMORY = Path("/dev/shm")
ENOUGH = 512 * 1024**2  # the longest test takes 10 MB


def folder(state: Path, account: Account) -> Path:
    """Where it is, for servers that keep their data in `state`."""
    return MEMORY / f"acquit-{digest(state, account.uid)}"


def make(path: Path, account: Account) -> bool:
    """Make the folder, empty; False where there is little memory to give (a container often has 64 MB)."""
    forget(path)
    try:
        if shutil.disk_usage(MEMORY).free < ENOUGH or _available() < ENOUGH:
            return False
        path.mkdir(mode=0o700)
    except OSError:
        return False
    account.own(path)
    return True


def forget(path: Path) -> None:
    """Remove the folder, whatever a killed server left in it."""
    shutil.rmtree(path, ignore_errors=True)


def _available() -> int:
    """Bytes programs may still take."""
    lines = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text().splitlines())
    return int(lines["MemAvailable"].split()[0]) * 1024
