"""The browser of the browser tests: Debian's Chromium, found or, as root, installed."""

import os
import shutil

from tools.launcher.environment import install_package
from tools.launcher.say import Trouble

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> str | None:
    """The path of a browser, from CHROMIUM or from the PATH."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def find_or_install() -> str:
    """The path of a browser, installed when we may; Trouble with advice otherwise: browser tests are never skipped."""
    found = find()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        install_package("chromium")
        found = find()
    if found is None:
        raise Trouble(
            "The browser tests need Chromium. As root: apt-get install chromium;"
            " or set CHROMIUM to the path of a Chromium or Chrome."
        )
    return found
