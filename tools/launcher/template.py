"""The database the test databases are copied from: migrated once, until a migration changes."""

import os
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tools.launcher import pgwire
from tools.launcher.paths import VAR, make_folder
from tools.launcher.postgres import DATABASE
from tools.launcher.prepare import fingerprint, migrate
from tools.launcher.services import TEST

VARIABLE = "TEST_DATABASE_TEMPLATE"


def prepare(variables: dict[str, str]) -> dict[str, str]:
    """The variables that make the tests copy an up-to-date template; a server that is not ours gets none."""
    if "DATABASE_URL" in os.environ:
        return variables
    stamp = make_folder(VAR / TEST.name) / "template"
    wanted = fingerprint()
    if not stamp.exists() or stamp.read_text() != wanted:
        stamp.unlink(missing_ok=True)  # one that came to no end is not what it says
        _make_again(variables)
        stamp.write_text(wanted)
    return variables | {VARIABLE: DATABASE}


def left_alone(variables: dict[str, str]) -> dict[str, str]:
    """The variables of a program that works beside the tests: whoever is connected to the template keeps it from being
    copied."""
    if VARIABLE not in variables:
        return variables
    return variables | {"DATABASE_URL": variables["DATABASE_URL"].replace(f"/{DATABASE}?", "/postgres?")}


def _make_again(variables: dict[str, str]) -> None:
    # From nothing: a migration that was rewritten under its old name would not run a second time.
    socket = Path(parse_qs(urlsplit(variables["DATABASE_URL"]).query)["host"][0]) / ".s.PGSQL.5432"
    pgwire.execute(socket, "postgres", f'DROP DATABASE IF EXISTS "{DATABASE}" WITH (FORCE)')
    pgwire.execute(socket, "postgres", f'CREATE DATABASE "{DATABASE}"')
    migrate(variables)
