"""The few words of PostgreSQL's protocol that tell whether a server really serves: no driver is needed for that."""

import enum
import socket
import struct
from pathlib import Path

PROTOCOL_3 = 196608
ANSWER_S = 10
STATEMENT_S = 120  # a database is written to the disk, which others may keep busy


class Status(enum.Enum):
    """What a connection attempt found."""

    UP = "up"
    NO_DATABASE = "up, without this database"
    BUSY = "starting or stopping"
    DOWN = "nobody answers"


def status(path: Path, database: str) -> Status:
    """Connect to the socket and see."""
    try:
        with _connect(path, database) as connection:
            return _judge(connection)
    except OSError:
        return Status.DOWN


def execute(path: Path, database: str, statement: str) -> None:
    """Run one statement; raise RuntimeError with the server's words when it refuses."""
    with _connect(path, database) as connection:
        _judge(connection)
        connection.settimeout(STATEMENT_S)
        connection.sendall(_message(b"Q", statement.encode() + b"\0"))
        problem = _first_error(connection)
    if problem:
        raise RuntimeError(problem)


def _connect(path: Path, database: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(ANSWER_S)
    try:
        connection.connect(str(path))
        pairs = f"user\0postgres\0database\0{database}\0\0".encode()
        connection.sendall(struct.pack("!II", len(pairs) + 8, PROTOCOL_3) + pairs)
    except OSError:
        connection.close()
        raise
    return connection


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!I", len(body) + 4) + body


def _judge(connection: socket.socket) -> Status:
    while True:
        kind, body = _receive(connection)
        if kind == b"Z":
            return Status.UP
        if kind == b"E":
            return Status.NO_DATABASE if b"\0C3D000\0" in b"\0" + body else Status.BUSY


def _first_error(connection: socket.socket) -> str:
    problem = ""
    while True:
        kind, body = _receive(connection)
        if kind == b"Z":
            return problem
        if kind == b"E":
            problem = problem or body.replace(b"\0", b" ").decode(errors="replace")


def _receive(connection: socket.socket) -> tuple[bytes, bytes]:
    head = _exactly(connection, 5)
    return head[:1], _exactly(connection, struct.unpack("!I", head[1:])[0] - 4)


def _exactly(connection: socket.socket, length: int) -> bytes:
    data = b""
    while len(data) < length:
        chunk = connection.recv(length - len(data))
        if not chunk:
            raise ConnectionError("the server hung up")
        data += chunk
    return data
