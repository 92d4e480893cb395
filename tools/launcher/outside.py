"""Programs of others the tests do without when they must: then `./acquit test` ends by saying what was not run."""

import shutil

from tools.launcher.paths import ROOT

# Real ledgers, beside the checkout and not in it.
LEDGERS = ROOT.parent / "shared" / "data"
# Name: its program, looked for in the path.
PROGRAMS = {
    "RabbitMQ": "rabbitmq-server",
    "Dovecot": "dovecot",
    "Prometheus": "promtool",
    "systemd": "systemd-analyze",
    "qpdf": "qpdf",
}
NO_LEDGERS = f"Ledgers: NOT RUN ({LEDGERS} is not here)"
INSTEAD = {"RabbitMQ": "Valkey was", "Dovecot": "an IMAP server of ours was"}


def program(name: str) -> str | None:
    """Where the program of `name` is, if it is in the path."""
    return shutil.which(PROGRAMS[name])


def not_run(name: str) -> str:
    """What is said when it is not."""
    instead = f"; {INSTEAD[name]}" if name in INSTEAD else ""
    return f"{name}: NOT RUN ({PROGRAMS[name]} is not installed{instead})"


def all_not_run() -> list[str]:
    """One line per program that is not in the path, and one when the ledgers are not beside the checkout."""
    ledgers = [] if LEDGERS.exists() else [NO_LEDGERS]
    return [not_run(name) for name in PROGRAMS if not program(name)] + ledgers
