"""Real brokers and real workers for the tests of what happens between them."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection
from kombu import Connection

from tools.launcher import outside, processes

# Debian's wrapper in the path accepts two users only.
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
START_S = 60


def rabbitmq_program() -> Path | None:
    """The server's program where it is in the path."""
    found = outside.program("RabbitMQ")
    return (RABBITMQ if RABBITMQ.exists() else Path(found)) if found else None


class RabbitMQ:
    """A server of its own, with its files in `folder`; killed and started again it has what it was given."""

    def __init__(self, folder: Path) -> None:
        port, between_nodes, names = free_port(), free_port(), free_port()
        self.broker_url = f"amqp://guest:guest@127.0.0.1:{port}//"
        self.log = folder / "rabbitmq.log"
        self.environment = os.environ | {
            "HOME": str(folder), "RABBITMQ_NODENAME": f"acquit{port}@localhost", "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1", "RABBITMQ_DIST_PORT": str(between_nodes),
            "RABBITMQ_MNESIA_BASE": str(folder), "RABBITMQ_LOG_BASE": str(folder), "RABBITMQ_ENABLED_PLUGINS": "",
            "RABBITMQ_PID_FILE": str(folder / "pid"), "ERL_EPMD_PORT": str(names),
            "ERL_EPMD_RELAXED_COMMAND_CHECK": "1",
        }  # fmt: skip
        self.started: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Return when it answers."""
        with self.log.open("ab") as log:
            self.started = subprocess.Popen(
                [str(rabbitmq_program())], env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        assert processes.wait_until(lambda: answers(self.broker_url), START_S), self.log.read_text()

    def processes(self) -> list[int]:
        """All of its processes but the daemon that knows Erlang's nodes."""
        if self.started is None or self.started.poll() is not None:
            return []
        return [self.started.pid, *processes.descendants(self.started.pid)]

    def stop(self) -> None:
        """Kill it, and that daemon, which would outlive it."""
        processes.send(self.processes(), signal.SIGKILL)
        if self.started is not None:
            self.started.wait()
        subprocess.run(["epmd", "-kill"], env=self.environment, capture_output=True, check=False)


@contextmanager
def rabbitmq(folder: Path) -> Iterator[str]:
    """A server for a while; its BROKER_URL."""
    server = RabbitMQ(folder)
    try:
        server.start()
        yield server.broker_url
    finally:
        server.stop()


@contextmanager
def worker(broker_url: str, folder: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery worker on the database of the test, taking from every queue."""
    command = [sys.executable, "-m", "celery", "-A", "config.celery", "worker", "-c", "1", "--loglevel", "INFO"]
    with program(command, environment_of_test(broker_url) | environment, folder / "worker.log") as started:
        yield started


def send(broker_url: str, code: str) -> None:
    """Run `code` as the site would, with this broker."""
    script = f"import django\ndjango.setup()\n{code}"
    subprocess.run([sys.executable, "-c", script], env=os.environ | environment_of_test(broker_url), check=True)


def environment_of_test(broker_url: str) -> dict[str, str]:
    base = os.environ["DATABASE_URL"]
    name = str(connection.settings_dict["NAME"])
    before, mark, options = base.partition("?")
    database = before.rpartition("/")[0] + f"/{name}" + mark + options
    return {"BROKER_URL": broker_url, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "config.settings"}


@contextmanager
def program(command: list[str], environment: dict[str, str], log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program and all it starts, killed at the end."""
    with log.open("ab") as output:
        started = subprocess.Popen(
            command, env=os.environ | environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        yield started
    finally:
        processes.send([started.pid, *processes.descendants(started.pid)], signal.SIGKILL)
        started.wait()


def answers(url: str) -> bool:
    try:
        with Connection(url, connect_timeout=1) as opened:
            opened.ensure_connection(max_retries=1, timeout=1)
            return True
    except Exception:  # whatever it says, it is not ready
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
