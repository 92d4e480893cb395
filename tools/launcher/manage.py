"""`./acquit manage …`: Django's commands with everything they need around them."""

import os
import subprocess

from tools.launcher import environment, prepare
from tools.launcher.paths import PYTHON, ROOT, VAR
from tools.launcher.services import DEV, running

# These must work when the database cannot be migrated yet, or repair just that.
WITHOUT_MIGRATING = {
    "check", "compilemessages", "diffsettings", "help", "makemigrations", "migrate", "showmigrations", "sqlmigrate",
    "squashmigrations", "update_messages", "version",
}  # fmt: skip


# Where the demo that runs now answers: a command that sends a mail calls its local provider there.
SITE_FILE = VAR / DEV.name / "site-url"


def manage(arguments: list[str]) -> int:
    """Run manage.py in the caller's folder; its exit code is ours."""
    environment.prepare()
    prepare.compile_messages()
    with running(DEV) as variables:
        # A server that is not ours is migrated when its owner says so.
        if "DATABASE_URL" not in os.environ and needs_tables(arguments):
            prepare.migrate_if_needed(DEV.name, variables)
        return call(arguments, _site() | variables)


def _site() -> dict[str, str]:
    return {"SITE_URL": SITE_FILE.read_text()} if SITE_FILE.exists() else {}


def needs_tables(arguments: list[str]) -> bool:
    """False for the commands that look at no row."""
    return bool(arguments) and arguments[0] not in WITHOUT_MIGRATING and "--help" not in arguments


def call(arguments: list[str], variables: dict[str, str]) -> int:
    """Run manage.py and wait for it; Ctrl-C is its business, and when we are stopped otherwise so is it."""
    child = subprocess.Popen([str(PYTHON), str(ROOT / "manage.py"), *arguments], env=variables)
    try:
        code = _wait(child)
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait()
    return code if code >= 0 else 128 - code


def _wait(child: "subprocess.Popen[bytes]") -> int:
    while True:
        try:
            return child.wait()
        except KeyboardInterrupt:
            continue
