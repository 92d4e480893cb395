"""The servers a command needs, shared by all commands of this checkout: the first starts them, the last stops them.

Each kind of use has servers of its own under var/: `dev` for the demo and `manage`, `test` for the tests (without
fsync, so the demo's data is safe from them), `bench` for measures.
"""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.launcher import binaries, memory
from tools.launcher.account import Account, servers_account
from tools.launcher.locks import Presence, alone
from tools.launcher.paths import VAR, digest, make_folder
from tools.launcher.postgres import UNSAFE_BUT_FAST, Postgres
from tools.launcher.say import Trouble, say
from tools.launcher.valkey import Valkey

ELSEWHERE = Path("/var/lib/acquit-checkouts")
# Not TMPDIR: commands of one checkout find the same servers, whatever their shells say.
SOCKETS = Path("/tmp")


@dataclass(frozen=True)
class Profile:
    """A kind of use: the name of its folder under var/, ACQUIT_ENV, settings of its PostgreSQL, and whether that keeps
    temporary tables in memory."""

    name: str
    environment: str
    settings: dict[str, str]
    in_memory: bool = False


DEV = Profile("dev", "demo", {})
TEST = Profile("test", "test", UNSAFE_BUT_FAST | {"shared_buffers": "256MB"}, in_memory=True)
BENCH = Profile("bench", "test", {})


@contextmanager
def running(profile: Profile) -> Iterator[dict[str, str]]:
    """The environment of programs that use the servers; those named by the caller's environment win."""
    variables = _variables(profile)
    if {"DATABASE_URL", "BROKER_URL"} <= os.environ.keys():
        yield variables
        return
    account = servers_account()
    state = state_folder(profile, account)
    presence = Presence(state / "users.lock")
    servers: list[Postgres | Valkey] = []
    sockets = socket_path(state, account)
    try:
        with alone(state / "start.lock"):
            shared = presence.enter()
            servers += _servers(profile, account, state, socket_folder(state, account))
            for server in servers:
                server.start(shared=shared)
        yield _addresses(servers) | variables
    finally:
        _leave(state, presence, servers, sockets)


def _variables(profile: Profile) -> dict[str, str]:
    """The caller's environment; only `dev` lets it say which kind of place this is."""
    kind = os.environ.get("ACQUIT_ENV") if profile is DEV else None
    # Without compiled files on disk every start compiles Django and its libraries again: seconds lost.
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"ACQUIT_ENV": kind or profile.environment, "PYTHONUNBUFFERED": "1"}


def _leave(state: Path, presence: Presence, servers: list[Postgres | Valkey], sockets: Path) -> None:
    with alone(state / "start.lock"):
        if presence.leave():
            for server in reversed(servers):
                server.stop()
            # What a server killed leaves there is of no use; a folder that cannot be removed does no harm.
            shutil.rmtree(sockets, ignore_errors=True)


def _servers(profile: Profile, account: Account, state: Path, sockets: Path) -> list[Postgres | Valkey]:
    servers: list[Postgres | Valkey] = []
    if "DATABASE_URL" not in os.environ:
        program = binaries.postgres(account, state.parent)
        log = _log(state / "postgres.log", account)
        kept = memory.folder(state, account) if profile.in_memory else None
        servers.append(Postgres(program, state / "postgres", sockets, account, log, profile.settings, kept))
    if "BROKER_URL" not in os.environ:
        program = binaries.valkey(account, state.parent)
        log = _log(state / "valkey.log", account)
        servers.append(Valkey(program, state / "valkey", sockets / "valkey.sock", account, log))
    return servers


def _log(path: Path, account: Account) -> Path:
    path.touch()
    account.own(path)
    return path


def _addresses(servers: list[Postgres | Valkey]) -> dict[str, str]:
    addresses = {}
    for server in servers:
        if isinstance(server, Postgres):
            addresses["DATABASE_URL"] = server.url
        else:
            addresses |= {"BROKER_URL": server.broker_url, "CACHE_URL": server.cache_url}
    return addresses


def state_folder(profile: Profile, account: Account) -> Path:
    """Where the servers keep their data: var/NAME, or below /var/lib when root's folders hide var/ from their account.

    The permissions of the folders above are never changed.
    """
    # The kernel tells the working folder of a server without symbolic links.
    folder = make_folder(VAR / profile.name).resolve()
    account.own(folder)
    if account.can_write(folder):
        return folder
    elsewhere = make_folder(ELSEWHERE / digest(VAR) / profile.name).resolve()
    account.own(elsewhere)
    if not account.can_write(elsewhere):
        raise Trouble(f"The servers' account (uid {account.uid}) can write neither in {folder} nor in {elsewhere}.")
    say(f"The servers' account cannot reach {folder}; their data is in {elsewhere}")
    return elsewhere


def socket_path(state: Path, account: Account) -> Path:
    """A short name, since a socket's path is limited to 107 bytes."""
    return SOCKETS / f"acquit-{digest(state, account.uid)}"


def socket_folder(state: Path, account: Account) -> Path:
    """Make the private folder of the sockets, or take the one there is. Trouble when it is somebody else's."""
    folder = socket_path(state, account)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (account.uid, os.geteuid()):
            raise Trouble(f"{folder} belongs to uid {found.st_uid}; ask that person, or root, to remove it.") from None
    account.own(folder)
    folder.chmod(0o700)
    return folder
