"""The virtual environment: made once, brought in line with requirements.lock when that file changes."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.launcher.locks import alone
from tools.launcher.paths import LOCK_FILE, PYTHON, ROOT, VAR, VENV, digest, make_folder
from tools.launcher.say import Trouble, say

ASTRAY = {"UV_PYTHON", "UV_SYSTEM_PYTHON", "UV_BREAK_SYSTEM_PACKAGES", "UV_TARGET", "UV_PREFIX", "UV_NO_VERIFY_HASHES"}
PROOF = "import celery, django, psycopg"
STAMP = VENV / "acquit.stamp"
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
VENV_ADVICE = "Python's venv module is missing. As root: apt-get install python3-venv"


def prepare() -> None:
    """Leave with a .venv that holds exactly what requirements.lock says."""
    wanted = _wanted()
    if _stamp() == wanted and PYTHON.exists():
        return
    with alone(make_folder(VAR) / "environment.lock"):
        if _stamp() != wanted or not PYTHON.exists():
            _build()
            if _run([str(PYTHON), "-c", PROOF]) != 0:
                raise Trouble(f"The packages of {VENV} cannot be imported; remove that folder and try again.")
            STAMP.write_text(_wanted())  # the Python is known only now


def _wanted() -> str:
    """Changes with the lock, the place, and the system's Python below the environment (an upgrade replaces it)."""
    return digest(LOCK_FILE.read_bytes(), ROOT, os.path.realpath(PYTHON))


def _stamp() -> str:
    return STAMP.read_text() if STAMP.exists() else ""


def _build() -> None:
    _make_venv()
    say("Installing what requirements.lock lists")
    if not (VENV / "bin" / "uv").exists():
        _install_uv()
    if not any(_run([str(PYTHON), "-m", *command]) == 0 for command in _installers()):
        raise Trouble("The Python packages could not be installed; the lines above say why.")


def _installers() -> list[list[str]]:
    """uv trusts its own authorities or the system's, and knows nothing of pip's configuration; pip is slower."""
    sync = ["uv", "pip", "sync", "--python", str(PYTHON), "--quiet", "--require-hashes", str(LOCK_FILE)]
    install = ["pip", "install", "--quiet", "--require-hashes", "-r", str(LOCK_FILE)]
    return [[*sync, "--system-certs"], sync, install] if SYSTEM_CERTIFICATES.exists() else [sync, install]


def _make_venv() -> None:
    # An environment that was moved or whose Python is gone is useless; one that works is kept.
    if PYTHON.exists() and _run([str(PYTHON), "-m", "pip", "--version"], quiet=True) == 0 and _stamp():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    say("Making the Python environment")
    if _run([sys.executable, "-m", "venv", str(VENV)], quiet=True) == 0:
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise Trouble(VENV_ADVICE)
    install_package("python3-venv")
    if _run([sys.executable, "-m", "venv", "--clear", str(VENV)]) != 0:
        raise Trouble(VENV_ADVICE)


def install_package(name: str) -> bool:
    """Install a package of Debian or Ubuntu, as root; True when it worked."""
    say(f"Installing the system package {name}")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", name]):
        done = subprocess.run(["apt-get", *command], stdout=sys.stderr, env=environment, check=False)
    return done.returncode == 0


def _install_uv() -> None:
    """uv itself comes from the lock as well, with its digests."""
    lines = re.search(r"^uv==.*?(?=^\S)", LOCK_FILE.read_text() + "end", re.MULTILINE | re.DOTALL)
    if lines is None:
        raise Trouble("requirements.lock does not list uv.")
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder) / "uv.lock"
        wanted.write_text(lines.group())
        _run([str(PYTHON), "-m", "pip", "install", "-qq", "--require-hashes", "-r", str(wanted)])


def _run(command: list[str], *, quiet: bool = False) -> int:
    target = subprocess.DEVNULL if quiet else sys.stderr
    # UV_PYTHON, UV_SYSTEM_PYTHON or UV_TARGET of the caller's shell would lead the packages elsewhere.
    variables = {name: value for name, value in os.environ.items() if name not in ASTRAY}
    return subprocess.run(command, stdout=target, stderr=target, cwd=ROOT, env=variables, check=False).returncode
