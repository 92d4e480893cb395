"""The servers of a checkout: one life of a PostgreSQL and a Valkey, killed, shared and stopped."""

import os
import pwd
import signal
import socket
import struct
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest
import redis

from tests.launcher.conftest import SMALL
from tools.launcher import account, memory, pgwire, processes, services
from tools.launcher.paths import ROOT
from tools.launcher.say import Trouble
from tools.launcher.services import Profile, running
from tools.launcher.valkey import Valkey


def connect(variables: dict[str, str]) -> psycopg.Connection:
    sockets = parse_qs(urlsplit(variables["DATABASE_URL"]).query)["host"][0]
    return psycopg.connect(host=sockets, user="postgres", dbname="acquit", autocommit=True)


def valkey(variables: dict[str, str]) -> redis.Redis:
    return redis.Redis(unix_socket_path=urlsplit(variables["BROKER_URL"]).path)


def server_of(checkout: Path, name: str) -> list[int]:
    return processes.working_in(checkout / "var" / "dev" / name)


def kill(pids: list[int]) -> None:
    processes.send(pids, signal.SIGKILL)
    processes.wait_until(lambda: not any(map(processes.alive, pids)), 10)


def test_a_killed_server_starts_again_with_its_data(checkout):
    with running(SMALL) as variables:
        with connect(variables) as database:
            database.execute("CREATE TABLE kept AS SELECT 7 AS number")
        valkey(variables).set("kept", "7")
        postmaster = int((checkout / "var/dev/postgres/postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)
        kill(server_of(checkout, "valkey"))
        with running(SMALL) as again:
            with connect(again) as database:
                assert database.execute("SELECT number FROM kept").fetchone() == (7,)
            assert valkey(again).get("kept") == b"7"
    assert server_of(checkout, "postgres") + server_of(checkout, "valkey") == []


def test_commands_share_the_servers_and_the_last_one_stops_them(checkout, monkeypatch):
    with running(SMALL) as first:
        servers = server_of(checkout, "postgres")
        monkeypatch.setattr(tempfile, "tempdir", str(checkout))  # another shell's TMPDIR
        with running(SMALL) as second:
            assert (second["DATABASE_URL"], second["BROKER_URL"]) == (first["DATABASE_URL"], first["BROKER_URL"])
        assert set(servers) & set(server_of(checkout, "postgres"))
        assert valkey(first).ping()
    assert server_of(checkout, "postgres") + server_of(checkout, "valkey") == []
    assert not Path(urlsplit(first["BROKER_URL"]).path).parent.exists()


@pytest.mark.parametrize("given", ["BROKER_URL", "DATABASE_URL"])
def test_servers_somebody_uses_are_not_ended_where_they_cannot_be_reached(checkout, monkeypatch, given):
    monkeypatch.setenv(given, "elsewhere")  # the other one is ours
    name = {"BROKER_URL": "postgres", "DATABASE_URL": "valkey"}[given]
    with running(SMALL):
        servers = server_of(checkout, name)
        with monkeypatch.context() as private:
            private.setattr(services, "SOCKETS", checkout)
            with pytest.raises(Trouble, match="used by another command"), running(SMALL):
                pass
        assert servers[0] in server_of(checkout, name)
    assert server_of(checkout, name) == []


def test_a_start_that_fails_leaves_nothing_behind(checkout, monkeypatch):
    def refuse(self: Valkey, *, shared: bool = False) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Valkey, "start", refuse)
    with pytest.raises(KeyboardInterrupt), running(SMALL):
        pass
    assert server_of(checkout, "postgres") == []


def test_a_statement_may_take_longer_than_a_server_to_answer(monkeypatch):
    ours, server = socket.socketpair()
    monkeypatch.setattr(pgwire, "_connect", lambda *_: ours)
    ready = b"Z" + struct.pack("!I", 5) + b"I"
    server.sendall(ready * 2)  # to the connection, then to the statement
    pgwire.execute(Path("socket"), "acquit", "CREATE DATABASE acquit")
    assert ours.gettimeout() == pgwire.STATEMENT_S > pgwire.ANSWER_S
    server.close()


def kept_in(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> Profile:
    """A kind of use whose memory is a folder of the checkout."""
    monkeypatch.setattr(memory, "MEMORY", checkout)
    return replace(SMALL, in_memory=True)


def where_a_temporary_table_is(variables: dict[str, str]) -> str:
    with connect(variables) as database:
        database.execute("CREATE TEMPORARY TABLE night AS SELECT 7 AS number")
        (path,) = database.execute("SELECT pg_relation_filepath('night')").fetchone() or ("",)
        return str(path).split("/")[0]


def test_temporary_tables_are_in_memory_as_long_as_the_servers_live_and_on_the_disk_where_it_is_scarce(
    checkout, monkeypatch
):
    profile = kept_in(checkout, monkeypatch)
    with running(profile) as variables:
        assert where_a_temporary_table_is(variables) == "pg_tblspc"
        assert len(list(checkout.glob("acquit-*"))) == 1
    assert list(checkout.glob("acquit-*")) == []
    monkeypatch.setattr(memory, "ENOUGH", 2**63)
    with running(profile) as variables:
        assert where_a_temporary_table_is(variables) == "base"


def test_a_server_killed_finds_its_memory_again(checkout, monkeypatch):
    profile = kept_in(checkout, monkeypatch)
    with running(profile) as variables:
        with connect(variables) as database:
            database.execute("CREATE TEMPORARY TABLE night AS SELECT 7 AS number")
            kill(server_of(checkout, "postgres"))
        with running(profile) as again:
            assert where_a_temporary_table_is(again) == "pg_tblspc"


def test_var_may_be_a_symbolic_link(checkout):
    (checkout / "disk").mkdir()
    (checkout / "var").symlink_to(checkout / "disk")
    assert services.state_folder(SMALL, services.servers_account()) == checkout / "disk" / "dev"


def test_root_takes_nobody_where_the_owner_has_no_account(monkeypatch):
    monkeypatch.setattr(account.os, "geteuid", lambda: 0)
    owned = os.stat_result((0o40755, 0, 0, 1, 54321, 54321, 0, 0, 0, 0))
    monkeypatch.setattr(account, "ROOT", Mock(stat=lambda: owned))
    assert account.servers_account().uid == pwd.getpwnam("nobody").pw_uid


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes what others cannot write")
def test_what_root_made_is_given_to_the_owner_of_the_checkout(checkout, monkeypatch):
    monkeypatch.setattr(account, "ROOT", checkout)
    made = [checkout / "var", checkout / "var" / "environment.lock", checkout / ".venv"]
    for path in made:
        path.touch() if path.suffix else path.mkdir()
    others = checkout / "var" / "postgres"
    others.mkdir()
    os.chown(others, 12, 12)
    os.chown(checkout, 4321, 4321)
    account.give_back()
    assert {path.stat().st_uid for path in made} == {4321}
    assert others.stat().st_uid == 12


USER = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tools.launcher import services
services.VAR = Path(sys.argv[2])
with services.running(services.Profile("dev", "demo", {"shared_buffers": "16MB", "fsync": "off"})):
    print("up", flush=True)
    time.sleep(60)
"""


def test_the_servers_of_a_killed_command_are_taken_over_and_stopped(checkout):
    command = [sys.executable, "-c", USER, str(ROOT), str(checkout / "var")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as user:
        assert user.stdout is not None
        assert user.stdout.readline() == "up\n"
        user.kill()
    left = server_of(checkout, "valkey")
    assert len(left) == 1
    with running(SMALL):
        assert server_of(checkout, "valkey") == left
    assert server_of(checkout, "postgres") + server_of(checkout, "valkey") == []


def test_given_servers_are_used_and_none_is_started(checkout, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://db.example/books")
    monkeypatch.setenv("BROKER_URL", "amqp://broker.example")
    with running(SMALL) as variables:
        assert variables["DATABASE_URL"] == "postgres://db.example/books"
    assert list(checkout.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root hands its servers to another account")
def test_folders_the_account_cannot_reach_stay_private(checkout, monkeypatch):
    private = checkout / "private"
    private.mkdir(mode=0o700)
    monkeypatch.setattr(services, "VAR", private / "var")
    state = services.state_folder(SMALL, services.servers_account())
    assert state.is_relative_to(checkout / "elsewhere")
    assert private.stat().st_mode & 0o777 == 0o700


def test_socket_folders_are_private_and_differ_between_checkouts(folder):
    ours = services.servers_account()
    one, two = (services.socket_folder(folder / name, ours) for name in ("one", "two"))
    try:
        assert one != two
        assert [path.stat().st_mode & 0o777 for path in (one, two)] == [0o700, 0o700]
    finally:
        one.rmdir()
        two.rmdir()
