"""`python -m tests.faults.prepared`: reads the whole application once, then forks what each line asks for (`forks.py`).

A line says what to start, where it writes and which code it runs: ["worker", "/tmp/…/log", ""]. The answer is the
number of the process.
"""

import json
import os
import signal
import sys

import django

django.setup()

from django.urls import get_resolver  # noqa: E402 - after the set-up

from config.celery import app  # noqa: E402
from tests.faults.brokers import ALONE  # noqa: E402

COMMANDS = {
    "worker": ["worker", "--concurrency", "2", "--loglevel", "INFO", *ALONE],
    "worker alone": ["worker", "--concurrency", "1", "--loglevel", "INFO", *ALONE],
    "beat": ["beat", "--loglevel", "INFO", "--pidfile", ""],
}


def main() -> None:
    """Serve until the input ends."""
    app.loader.import_default_modules()
    app.finalize()
    get_resolver().url_patterns  # noqa: B018 - the first mail would read them, in each worker again
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # whoever is killed is forgotten
    say("ready")
    for line in sys.stdin:
        what, log, code = json.loads(line)
        child = os.fork()
        if child == 0:
            become(log)
            if what == "code":
                exec(code)
            else:
                app.start(argv=COMMANDS[what])
            os._exit(0)
        say(str(child))


def say(words: str) -> None:
    """A line for who started us."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def become(log: str) -> None:
    """Be a program of its own from now on, in a session of its own."""
    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    output, nothing = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), os.open(os.devnull, os.O_RDONLY)
    for descriptor, target in ((nothing, 0), (output, 1), (output, 2)):
        os.dup2(descriptor, target)
    sys.stdin = open(0)  # noqa: SIM115 - for as long as the process lives


if __name__ == "__main__":
    main()
