"""An installation of its own with the settings of production: PostgreSQL that waits for its disk, a broker, a worker,
the clock, a mail server. Each part can be killed and started again, as systemd would; leases last two seconds."""

import os
import pickle
import re
import shutil
import signal
import subprocess
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import psycopg
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import connection

from tests.factories.accounts import EntityFactory, UserFactory
from tests.factories.customers import AddressFactory
from tests.faults import sink as sinks
from tests.faults.brokers import RabbitMQ
from tests.faults.forks import Prepared
from tests.faults.sink import Sink
from tools.launcher import binaries, prepare, processes, template
from tools.launcher.account import Account, servers_account
from tools.launcher.paths import VAR
from tools.launcher.postgres import DATABASE, Postgres
from tools.launcher.valkey import Valkey

LEASE_S = 2
# Files are on the disk after a crash either way: this is one call of the system instead of one for each file.
SETTINGS = {"recovery_init_sync_method": "syncfs"}
WITHIN_S = 120  # on a busy machine; a quiet one needs a tenth
Result = TypeVar("Result")
UNABLE = "Unrecoverable error"  # said by a worker that ends because it lost something it should have found again
STANDING = (
    "select json_agg(row_to_json(r)) from (select entity_id, state, fence, lease_until, error from engine_run) r",
    "select json_agg(row_to_json(m)) from (select entity_id, state, reason, count(*) from messaging_message "
    "group by 1, 2, 3) m",
)


class Installation:
    """`kill` and `start` take the name of a part: postgres, broker, worker, beat."""

    def __init__(self, folder: Path, account: Account, sink: Sink) -> None:
        self.folder, self.sink = folder, sink
        sockets, log = folder / "sockets", folder / "servers.log"
        programs = VAR / "test"
        self.postgres = Postgres(
            binaries.postgres(account, programs), folder / "postgres", sockets, account, log, SETTINGS
        )
        valkey = binaries.valkey(account, programs)
        self.valkey = Valkey(valkey, folder / "valkey", sockets / "valkey.sock", account, log)
        self.broker: Valkey | RabbitMQ = self.valkey
        self.running: dict[str, int] = {}
        self.down: set[str] = set()  # killed, and not to be started before somebody says so
        self.forks = 0
        self.prepared: Prepared | None = None
        self.asked: psycopg.Connection[tuple[Any, ...]] | None = None

    @property
    def environment(self) -> dict[str, str]:
        """Of its worker and its clock."""
        return os.environ | {
            "ACQUIT_ENV": "test", "DATABASE_URL": self.postgres.url, "BROKER_URL": self.broker.broker_url,
            "CACHE_URL": "", "LEASE_S": str(LEASE_S), "MEDIA_ROOT": str(self.folder / "media"),
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend", "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.sink.port), "EMAIL_TIMEOUT": "5", "MAIL_RECIPIENT_ALLOWLIST": "*",
            "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_FORMAT": "json",
        }  # fmt: skip

    def prepare(self) -> None:
        """Start the servers on migrated tables, while the process workers are forked from reads the application."""
        self.prepared = Prepared(self.environment)
        self.postgres.start()
        if os.environ.get(template.VARIABLE):
            copy_tables(self.postgres)
        else:
            prepare.migrate(self.environment)
        self.broker.start()

    def change_to(self, broker: RabbitMQ) -> None:
        """From now on this one carries its tasks."""
        self.kill("worker", "beat", "broker")
        self.broker = broker
        self.end_prepared()
        self.prepared = Prepared(self.environment)
        self.broker.start()

    def start(self, *parts: str) -> None:
        """Start those of these parts that do not run, as what watches over them would."""
        self.down.difference_update(parts)
        for part in parts:
            if processes.alive(self.running.get(part, 0)):
                continue
            if part in ("postgres", "broker"):
                (self.postgres if part == "postgres" else self.broker).start()
                continue
            assert self.prepared is not None
            self.running[part] = self.prepared.fork(part, self.log(part))

    def kill(self, *parts: str, number: signal.Signals = signal.SIGKILL) -> None:
        """Kill all processes of these parts at once. `number`: another signal, for the head of PostgreSQL alone."""
        self.down.update(parts)
        family = [pid for part in parts for pid in self._processes(part)]
        head = int((self.postgres.data / "postmaster.pid").read_text().split("\n", 1)[0])
        processes.send(family if number == signal.SIGKILL else [head], number)
        assert processes.wait_until(lambda: self._all_gone(family), WITHIN_S)

    def _all_gone(self, pids: list[int]) -> bool:
        processes.reap(pids)
        return not any(map(processes.alive, pids))

    def _processes(self, part: str) -> list[int]:
        if part == "postgres":
            return processes.working_in(self.postgres.data)
        if part == "broker":
            rabbit = self.broker
            return rabbit.processes() if isinstance(rabbit, RabbitMQ) else processes.working_in(self.valkey.data)
        head = self.running.get(part, 0)
        return [head, *processes.descendants(head)] if head else []

    def log(self, part: str) -> Path:
        """What a part wrote."""
        return self.folder / f"{part}.log"

    def logs(self) -> str:
        """How nights and messages stand, and what worker and clock wrote last of what went wrong."""
        said = [str(self.answer(question)) for question in STANDING]
        for log in (self.log("worker"), self.log("beat")):
            lines = log.read_text().splitlines() if log.exists() else []
            said += [line for line in lines if re.search(r"error|critical|Traceback|^\w*Error", line, re.IGNORECASE)][
                -20:
            ]
        return "\n".join(said)

    def stop(self) -> None:
        """Kill everything."""
        self.ask_no_more()
        self.kill("worker", "beat", "postgres", "broker")
        self.end_prepared()

    def end_prepared(self) -> None:
        """Workers and clock can be started no more."""
        if self.prepared is not None:
            self.prepared.end()

    def answer(self, question: str, *params: object) -> Any:
        """One value of the database; None while the server is away."""
        try:
            if self.asked is None:
                host = str(self.postgres.sockets)
                self.asked = psycopg.connect(host=host, user="postgres", dbname=DATABASE, autocommit=True)
            found = self.asked.execute(question, params).fetchone()
            return found[0] if found else None
        except psycopg.OperationalError:
            self.ask_no_more()
            return None

    def ask_no_more(self) -> None:
        """Close the connection on which it was asked, which would cost more than the answer if it were not kept."""
        if self.asked is not None:
            self.asked.close()
        self.asked = None

    def wait_for(self, question: str, *params: object) -> None:
        """Until the database answers yes. Raises AssertionError with the logs."""
        self.wait_until(lambda: bool(self.answer(question, *params)), question)

    def wait_until(self, condition: Callable[[], bool], words: str) -> None:
        """Until it holds; worker or clock that ends by itself is started again. Raises AssertionError with the logs."""

        def holds() -> bool:
            ended = [part for part, pid in self.running.items() if not processes.alive(pid)]
            self.start(*(part for part in ended if part not in self.down))
            return condition()

        if not processes.wait_until(holds, WITHIN_S, pause=0.02):
            raise AssertionError(words + self.logs())

    def gave_up(self) -> bool:
        """Whether a worker that nobody killed ended."""
        return UNABLE in self.log("worker").read_text()

    def inside(self, work: Callable[[], Result]) -> Result:
        """What `work` gives in a fork of this process whose database is that of the installation."""
        self.forks += 1
        self.ask_no_more()
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            try:
                connection.connection = None
                ContentType.objects.clear_cache()  # of the database of the tests, emptied and filled again with others
                self.move_in()
                given = pickle.dumps((work(), ""))
            except BaseException:  # nothing of pytest may run in the child
                given = pickle.dumps((None, traceback.format_exc()))
            os.write(writer, given)
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            result, error = pickle.loads(pipe.read())
        os.waitpid(child, 0)
        if error:
            raise AssertionError(error)
        given_back: Result = result
        return given_back

    def move_in(self) -> None:
        """From now on this process, which has no connection open, works here."""
        connection.settings_dict |= {"HOST": str(self.postgres.sockets), "NAME": DATABASE, "USER": "postgres"}
        for name in ("EMAIL_BACKEND", "EMAIL_HOST", "EMAIL_PORT"):
            setattr(settings, name, self.environment[name])
        settings.MAIL_RECIPIENT_ALLOWLIST = ["*"]
        for factory in (EntityFactory, UserFactory, AddressFactory):  # each fork would give the same names
            factory.reset_sequence(100_000 * (1 + self.forks), force=True)


def copy_tables(postgres: Postgres) -> None:
    """The migrated tables the databases of the tests are copied from: quicker than migrating again."""
    programs, source = postgres.program.parent, str(connection.settings_dict["HOST"])
    dump = [str(programs / "pg_dump"), "-h", source, "-U", "postgres", os.environ[template.VARIABLE]]
    restore = [str(programs / "psql"), "-q", "-o", os.devnull, "-h", str(postgres.sockets), "-U", "postgres", DATABASE]
    with subprocess.Popen(dump, stdout=subprocess.PIPE) as dumped:
        subprocess.run(restore, stdin=dumped.stdout, check=True)


@contextmanager
def installed() -> Iterator[Installation]:
    """An installation, gone at the end; its broker is a Valkey of its own."""
    account, folder = servers_account(), Path(tempfile.mkdtemp(prefix="acquit-faults-"))
    for path in (folder, folder / "sockets"):
        path.mkdir(exist_ok=True)
        account.own(path)
    log = folder / "servers.log"
    log.touch()
    account.own(log)
    with sinks.running() as sink:
        made = Installation(folder, account, sink)
        try:
            made.prepare()
            yield made
        finally:
            made.stop()
            shutil.rmtree(folder, ignore_errors=True)
