"""The commands of ./acquit."""

import signal
import sys
from collections.abc import Callable

from tools.launcher.account import give_back
from tools.launcher.say import Trouble, say

HELP = """\
./acquit demo [--fec FILE | --open-items FILE] [--port N]   Acquit with a demonstration portfolio, until Ctrl-C
./acquit test [pytest's arguments]                          every check of the CI; with arguments, pytest alone
./acquit manage COMMAND …                                   a command of manage.py, on the demonstration's data
./acquit bench NAME …                                       measures
./acquit lint [--fix]                                       style, types, directions of imports

DATABASE_URL and BROKER_URL lead to servers of your own; otherwise PostgreSQL and Valkey run from var/.
"""
INTERRUPTED = 130


def commands() -> dict[str, Callable[[list[str]], int]]:
    """The commands by name."""
    from tools.launcher import bench, checks, demo, manage

    return {
        "demo": demo.demo,
        "test": checks.test,
        "manage": manage.manage,
        "bench": bench.bench,
        "lint": checks.lint,
    }


def _stop(number: int, frame: object) -> None:
    """Leave through every `finally`: what we started is stopped."""
    sys.exit(128 + number)


def main(arguments: list[str]) -> int:
    """Run one command; its exit code, 1 for trouble a person must see to, 2 for a command we do not know."""
    name, rest = (arguments[0], arguments[1:]) if arguments else ("help", [])
    if name in ("help", "--help", "-h"):
        print(HELP, end="")
        return 0
    command = commands().get(name)
    if command is None:
        print(f"There is no command {name!r}.\n\n{HELP}", end="", file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # nohup is respected
            signal.signal(number, _stop)
    try:
        return command(rest)
    except Trouble as trouble:
        say(str(trouble))
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        give_back()
