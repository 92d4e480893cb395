"""Real brokers and real workers for the tests of what happens between them."""

import base64
import hashlib
import json
import os
import signal
import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import amqp
from django.db import connection

from tools.launcher import outside, processes

# Debian's wrapper in the path accepts two users only.
RABBITMQ = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
START_S = 60
BESIDE, HASHING = "beside", "rabbit_password_hashing_sha256"
# A worker that knows no other asks none what it does; it would wait a second for an answer.
ALONE = ("--without-gossip", "--without-mingle")


def rabbitmq_program() -> Path | None:
    """The server's program where it is in the path."""
    found = outside.program("RabbitMQ")
    return (RABBITMQ if RABBITMQ.exists() else Path(found)) if found else None


class RabbitMQ:
    """A server of its own, with its files in `folder`; killed and started again it has what it was given.

    `broker_url` and `beside` are those of two virtual hosts: what is left in one is never met in the other.
    """

    def __init__(self, folder: Path) -> None:
        port, between_nodes, names = free_port(), free_port(), free_port()
        self.broker_url = f"amqp://guest:guest@127.0.0.1:{port}//"
        self.beside = f"amqp://guest:guest@127.0.0.1:{port}/{BESIDE}"
        self.log = folder / "rabbitmq.log"
        self.environment = os.environ | {
            "HOME": str(folder), "RABBITMQ_NODENAME": f"acquit{port}@localhost", "RABBITMQ_NODE_PORT": str(port),
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1", "RABBITMQ_DIST_PORT": str(between_nodes),
            "RABBITMQ_MNESIA_BASE": str(folder), "RABBITMQ_LOG_BASE": str(folder), "RABBITMQ_ENABLED_PLUGINS": "",
            "RABBITMQ_CONFIG_FILE": str(with_two_houses(folder)),
            "RABBITMQ_PID_FILE": str(folder / "pid"), "ERL_EPMD_PORT": str(names),
            "ERL_EPMD_RELAXED_COMMAND_CHECK": "1",
        }  # fmt: skip
        self.started: subprocess.Popen[bytes] | None = None

    def launch(self) -> None:
        """Make it start, if it does not run; it takes some seconds to answer."""
        if self.processes():
            return
        with self.log.open("ab") as log:
            self.started = subprocess.Popen(
                [str(rabbitmq_program())], env=self.environment, stdout=log, stderr=log, start_new_session=True
            )

    def start(self) -> None:
        """Return when it answers."""
        self.launch()
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


def with_two_houses(folder: Path) -> Path:
    """The configuration of a server whose user guest has the usual virtual host and another beside it."""
    salt = b"salt"
    digest = base64.b64encode(salt + hashlib.sha256(salt + b"guest").digest()).decode()
    hosts = ["/", BESIDE]
    definitions = folder / "definitions.json"
    definitions.write_text(json.dumps({
        "users": [{"name": "guest", "password_hash": digest, "tags": "", "hashing_algorithm": HASHING}],
        "vhosts": [{"name": host} for host in hosts],
        "permissions": [
            {"user": "guest", "vhost": host, "configure": ".*", "write": ".*", "read": ".*"} for host in hosts
        ],
    }))  # fmt: skip
    configuration = folder / "rabbitmq.conf"
    configuration.write_text(f"load_definitions = {definitions}\n")
    return configuration


def environment_of_test(broker_url: str) -> dict[str, str]:
    """Of programs on the database of the test, with this broker."""
    base = os.environ["DATABASE_URL"]
    name = str(connection.settings_dict["NAME"])
    before, mark, options = base.partition("?")
    database = before.rpartition("/")[0] + f"/{name}" + mark + options
    return {"BROKER_URL": broker_url, "DATABASE_URL": database, "DJANGO_SETTINGS_MODULE": "config.settings"}


def answers(url: str) -> bool:
    """Asked once: kombu would wait two seconds and ask again."""
    try:
        with amqp.Connection(urlsplit(url).netloc.rpartition("@")[2], connect_timeout=1):
            return True
    except Exception:  # whatever it says, it is not ready
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
