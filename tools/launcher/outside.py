"""Programs of others the tests do without when they must: then `./acquit test` ends by saying what was not run."""

import shutil

# Name: its program, looked for in the path.
PROGRAMS = {
    "RabbitMQ": "rabbitmq-server",
    "Dovecot": "dovecot",
    "Prometheus": "promtool",
    "systemd": "systemd-analyze",
}
INSTEAD = {"RabbitMQ": "Valkey was", "Dovecot": "an IMAP server of ours was"}


def program(name: str) -> str | None:
    """Where the program of `name` is, if it is in the path."""
    return shutil.which(PROGRAMS[name])


def not_run(name: str) -> str:
    """What is said when it is not."""
    instead = f"; {INSTEAD[name]}" if name in INSTEAD else ""
    return f"{name}: NOT RUN ({PROGRAMS[name]} is not installed{instead})"


def all_not_run() -> list[str]:
    """One line per program that is not in the path."""
    return [not_run(name) for name in PROGRAMS if not program(name)]
