"""The browser of the browser tests: this machine's, Debian's, or what Playwright downloads (Ubuntu has only a snap)."""

import os
import shutil
import subprocess
import sys

from tools.launcher.environment import install_package
from tools.launcher.paths import PYTHON
from tools.launcher.say import Trouble, say

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PATH_OF_PLAYWRIGHT = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""
ADVICE = (
    "The browser tests need Chromium. On Debian, as root: apt-get install chromium;"
    " on Ubuntu, as root: .venv/bin/python -m playwright install --with-deps chromium;"
    " or set CHROMIUM to the path of a Chromium or Chrome."
)


def find() -> str | None:
    """The path of a browser that starts: from CHROMIUM, from the PATH, or what Playwright has downloaded."""
    named = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES)]
    return next((path for path in named if path and _starts(path)), None) or _playwrights()


def find_or_install() -> str:
    """The path of a browser, installed when we may; Trouble with advice otherwise: browser tests are never skipped."""
    found = find() or (_from_debian() if _may_install() else None) or _downloaded()
    if found is None:
        raise Trouble(ADVICE)
    return found


def _may_install() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _from_debian() -> str | None:
    install_package("chromium")
    return find()


def _downloaded() -> str | None:
    say("Downloading Playwright's Chromium")
    libraries = ["--with-deps"] if _may_install() else []
    command = [str(PYTHON), "-m", "playwright", "install", "--no-shell", *libraries, "chromium"]
    subprocess.run(command, stdout=sys.stderr, check=False)
    return _playwrights()


def _playwrights() -> str | None:
    asked = subprocess.run([str(PYTHON), "-c", PATH_OF_PLAYWRIGHT], capture_output=True, text=True, check=False)
    path = asked.stdout.strip()
    return path if path and _starts(path) else None


def _starts(path: str) -> bool:
    """False for the shim that stands where Ubuntu's snap is not installed, and where system libraries are missing."""
    try:
        return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False
