"""`./acquit demo`: servers, tables, portfolio, then web, worker and beat until Ctrl-C."""

import argparse
import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.launcher import environment, prepare, processes
from tools.launcher.manage import SITE_FILE, call
from tools.launcher.paths import PACKAGES, PYTHON, ROOT, VAR, make_folder
from tools.launcher.say import Trouble, both, say
from tools.launcher.services import DEV, running

FIRST_PORT = 8000
PORTS_TRIED = 100
LAST_PORT = 65_535
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # served on, but no address to open
READY_S = 60
STOP_S = 15


class Stopped(Exception):
    """Somebody asked us to stop."""


def demo(arguments: list[str]) -> int:
    """Serve until told to stop; 0 when stopped by hand, 1 when a process of ours ended by itself."""
    options = _parser().parse_args(arguments)
    _look_for(options.fec or options.open_items)
    free_port(options.host, options.port)  # refused now rather than after minutes of preparation
    with stoppable():
        environment.prepare()
        prepare.compile_messages()
        with running(DEV) as variables:
            if "DATABASE_URL" in os.environ and call(["prepare_demo", "--ask"], variables):
                raise Trouble(
                    both(
                        "Rien n’a été changé dans la base de DATABASE_URL.",
                        "Nothing was changed in the database of DATABASE_URL.",
                    )
                )
            prepare.migrate_if_needed(DEV.name, variables)
            # The mails of the portfolio name the address they lead back to.
            port = free_port(options.host, options.port)
            _portfolio(options, _variables(variables, options.host, port))
            # Another checkout may have taken it meanwhile, and the server would share the port without a word.
            port = free_port(options.host, options.port)
            return _serve(options.host, port, _variables(variables, options.host, port))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./acquit demo", description="Acquit with a demonstration portfolio.")
    parser.add_argument("--port", type=_port, help="the port to serve on; the first free one from 8000 otherwise")
    parser.add_argument("--host", default="127.0.0.1", help="the address to serve on")
    parser.add_argument("--fec", type=Path, metavar="FILE", help="start on this FEC instead of the made-up portfolio")
    parser.add_argument("--open-items", type=Path, metavar="FILE", help="start on this list of open items instead")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LAST_PORT:
        raise argparse.ArgumentTypeError(
            both(f"un port est un nombre de 1 à {LAST_PORT}", f"a port is a number from 1 to {LAST_PORT}")
        )
    return int(text)


def _look_for(path: Path | None) -> None:
    """Trouble when there is no such file: whatever else may hinder us, it would do so for nothing."""
    if path and not path.is_file():
        raise Trouble(both(f"Le fichier {path} n’existe pas.", f"There is no file {path}."))


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM and SIGHUP stop us as Ctrl-C does."""

    def stop(number: int, frame: object) -> None:
        raise Stopped

    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, stop)
    try:
        yield
    except Stopped:
        say("Stopped")


def free_port(host: str, wanted: int | None) -> int:
    """The port asked for, or the first free one; Trouble when it is taken."""
    candidates = [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED)
    for port in candidates:
        if _is_free(host, port):
            return port
    if wanted:
        raise Trouble(both(f"Le port {wanted} est pris.", f"Port {wanted} is taken."))
    raise Trouble(
        both(
            f"Aucun port n’est libre à partir de {FIRST_PORT} ; donnez --port.",
            f"No port is free from {FIRST_PORT} on; use --port.",
        )
    )


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _portfolio(options: argparse.Namespace, variables: dict[str, str]) -> None:
    if not any(next((ROOT / package).glob("**/commands/prepare_demo.py"), None) for package in PACKAGES):
        say("There is no demonstration portfolio yet")
        return
    arguments = ["prepare_demo"]
    for flag, path in (("--fec", options.fec), ("--open-items", options.open_items)):
        arguments += [flag, str(path.resolve())] if path else []
    say("Preparing the demonstration portfolio")
    if call(arguments, variables):
        raise Trouble(
            both(
                "Le portefeuille de démonstration n’a pas pu être préparé ; les lignes ci-dessus disent pourquoi.",
                "The demonstration portfolio could not be prepared; the lines above say why.",
            )
        )


def _variables(variables: dict[str, str], host: str, port: int) -> dict[str, str]:
    shown = "localhost" if host in ("127.0.0.1", *EVERYWHERE) else f"[{host}]" if ":" in host else host
    # An idle worker has nothing to hand back: it need not wait long for its end.
    return {"SITE_URL": f"http://{shown}:{port}", "WORKER_SHUTDOWN_S": "1", "REMAP_SIGTERM": "SIGQUIT"} | variables


def commands(host: str, port: int) -> dict[str, list[str]]:
    """The programs of the demo: two web processes of eight threads, one worker, one beat."""
    celery = [str(PYTHON), "-m", "celery", "-A", "config.celery"]
    return {
        "web": [
            str(PYTHON), "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port),
            "--workers", "2", "--blocking-threads", "8", "--no-ws", "--log-level", "warning", "config.wsgi:application",
        ],
        "worker": [*celery, "worker", "--concurrency", "2", "--loglevel", "WARNING"],
        "beat": [*celery, "beat", "--loglevel", "WARNING", "--pidfile", ""],
    }  # fmt: skip


def _serve(host: str, port: int, variables: dict[str, str]) -> int:
    processes.adopt_orphans()
    logs = make_folder(VAR / "dev" / "logs")
    children: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name, command in commands(host, port).items():
            children[name] = _start(command, variables, logs / f"{name}.log")
        _wait_ready(host, port, children, logs)
        SITE_FILE.write_text(variables["SITE_URL"])
        say(f"Acquit is at {variables['SITE_URL']}/ (logs in {logs}); Ctrl-C stops everything")
        return _watch(children, logs)
    finally:
        SITE_FILE.unlink(missing_ok=True)
        _stop(children)


def _start(command: list[str], variables: dict[str, str], log: Path) -> "subprocess.Popen[bytes]":
    with log.open("ab") as output:
        return subprocess.Popen(
            command, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            start_new_session=True, preexec_fn=processes.die_with_parent,
        )  # fmt: skip


def _wait_ready(host: str, port: int, children: "dict[str, subprocess.Popen[bytes]]", logs: Path) -> None:
    def settled() -> bool:
        return _is_ready(host, port) or any(child.poll() is not None for child in children.values())

    processes.wait_until(settled, READY_S, pause=0.1)
    if not _is_ready(host, port):
        raise Trouble(
            both(
                f"Le site ne répond pas ; les raisons sont dans {logs}",
                f"The site does not answer; the reasons are in {logs}",
            )
        )


def _is_ready(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(EVERYWHERE.get(host, host), port, timeout=5)
    try:
        connection.request("GET", "/healthz/ready")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def _watch(children: "dict[str, subprocess.Popen[bytes]]", logs: Path) -> int:
    """Wait for a signal; a child that ends by itself ends the demo."""
    while all(child.poll() is None for child in children.values()):
        signal.sigtimedwait([], 0.5)
    ended = [name for name, child in children.items() if child.poll() is not None]
    print(f"Ended by itself: {', '.join(ended)}; see {logs}", file=sys.stderr)
    return 1


def _stop(children: "dict[str, subprocess.Popen[bytes]]") -> None:
    """Ask the three to end, then end whatever descends from them."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    ours = {pid for child in children.values() for pid in (child.pid, *processes.descendants(child.pid))}
    processes.send([child.pid for child in children.values() if child.poll() is None], signal.SIGTERM)
    processes.wait_until(lambda: all(child.poll() is not None for child in children.values()), STOP_S)
    rest = [pid for pid in ours | set(_still_theirs(children)) if processes.alive(pid)]
    processes.send(rest, signal.SIGKILL)
    processes.wait_until(lambda: not any(map(processes.alive, rest)), STOP_S)
    processes.reap(rest)


def _still_theirs(children: "dict[str, subprocess.Popen[bytes]]") -> list[int]:
    return [pid for child in children.values() for pid in processes.descendants(child.pid)]
