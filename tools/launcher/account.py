"""Who the embedded servers run as: PostgreSQL refuses root, so root hands them to somebody else."""

import os
import pwd
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.launcher.paths import ROOT
from tools.launcher.say import Trouble


@dataclass(frozen=True)
class Account:
    """An account of this machine; `switch` is true when we must become it."""

    uid: int
    gid: int
    switch: bool

    def popen_arguments(self) -> dict[str, Any]:
        """What makes subprocess run a program as this account."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []} if self.switch else {}

    def own(self, path: Path) -> None:
        """Give a file or folder of ours to this account."""
        if self.switch:
            os.chown(path, self.uid, self.gid)

    def can_run(self, program: Path) -> bool:
        """True when this account reaches and executes the program."""
        done = subprocess.run(
            ["/bin/sh", "-c", '"$0" --version', str(program)],
            capture_output=True, cwd="/", check=False, **self.popen_arguments(),
        )  # fmt: skip
        return done.returncode == 0

    def can_write(self, folder: Path) -> bool:
        """True when this account reaches the folder and may write in it."""
        done = subprocess.run(
            ["/bin/sh", "-c", 'test -w "$0" && test -x "$0"', str(folder)],
            capture_output=True, cwd="/", check=False, **self.popen_arguments(),
        )  # fmt: skip
        return done.returncode == 0


def servers_account() -> Account:
    """Ourselves; for root the owner of the checkout, and nobody when root or no account of this machine owns it."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid(), switch=False)
    owner = ROOT.stat()
    if owner.st_uid != 0 and _is_known(owner.st_uid):
        return Account(owner.st_uid, owner.st_gid, switch=True)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise Trouble("PostgreSQL refuses to run as root and there is no account named nobody.") from error
    return Account(nobody.pw_uid, nobody.pw_gid, switch=True)


def give_back() -> None:
    """What root made in a person's checkout becomes that person's, who could neither write nor remove it."""
    owner = ROOT.stat()
    if os.geteuid() != 0 or owner.st_uid == 0:
        return
    for made in (ROOT / "var", ROOT / ".venv", ROOT / "locale"):
        for folder, _, files in os.walk(made):
            for path in (folder, *(os.path.join(folder, name) for name in files)):
                _give(path, owner)


def _give(path: str, owner: os.stat_result) -> None:
    with suppress(FileNotFoundError):  # a server at work removes its own
        if os.lstat(path).st_uid == 0:
            os.chown(path, owner.st_uid, owner.st_gid, follow_symlinks=False)


def _is_known(uid: int) -> bool:
    """initdb looks the name up, which a folder mounted into a container may not have."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
