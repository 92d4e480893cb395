"""An IMAP server that knows what the reader asks, in the clear or over TLS."""

import re
import socket
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from tests.factories.messaging import AT


class Imap(socketserver.ThreadingTCPServer):
    """Holds mails by UID; answers what the reader asks."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__(("127.0.0.1", 0), Session)
        self.tls = tls
        self.validity = 7
        self.mails: dict[int, bytes] = {}
        self.arrived: dict[int, datetime] = {}
        self.fetched: list[int] = []
        self.refused: set[int] = set()
        self.refuses_by = "NO"

    def finish_request(self, request: socket.socket, client_address: object) -> None:
        if self.tls:
            request = self.tls.wrap_socket(request, server_side=True)
        super().finish_request(request, client_address)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that does not believe our certificate goes away: nothing to print."""


class Session(socketserver.StreamRequestHandler):
    server: Imap
    disable_nagle_algorithm = True  # or each answer of two lines waits 40 ms for the client's acknowledgement

    def handle(self) -> None:
        self.say("* OK ready")
        while line := self.rfile.readline().decode().strip():
            tag, command = line.split(" ", 1)
            verb, _, rest = command.partition(" ")
            ok = getattr(self, verb.lower())(rest)
            self.say(f"{tag} {'OK' if ok else self.server.refuses_by} {verb}")
            if verb == "LOGOUT":
                return

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def capability(self, rest: str) -> bool:
        self.say("* CAPABILITY IMAP4rev1")
        return True

    def login(self, rest: str) -> bool:
        return rest.split()[1].strip('"') == "secret"

    def examine(self, rest: str) -> bool:
        self.say(f"* {len(self.server.mails)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.server.validity}] UIDs valid")
        return True

    def uid(self, rest: str) -> bool:
        if rest.startswith("SEARCH"):
            self.say("* SEARCH " + " ".join(map(str, self._found(rest))))
            return True
        uid = int(rest.split()[1])
        self.server.fetched.append(uid)
        if uid in self.server.refused:
            return self._refuse(uid)
        raw = self.server.mails[uid]
        self.say(f'* 1 FETCH (UID {uid} INTERNALDATE "{self._arrived(uid):%d-%b-%Y %H:%M:%S %z}" BODY[] {{{len(raw)}}}')
        self.wfile.write(raw + b")\r\n")
        return True

    def _refuse(self, uid: int) -> bool:
        """By a NO or a BAD; or by an OK that gives none, an empty one, or does not know it any more."""
        given = {"NIL": " BODY[] NIL", "EMPTY": ' BODY[] ""', "ZERO": " BODY[] {0}\r\n"}
        if self.server.refuses_by in given:
            self.say(f"* 1 FETCH (UID {uid}{given[self.server.refuses_by]})")
        return self.server.refuses_by not in ("NO", "BAD")

    def _found(self, rest: str) -> list[int]:
        first = re.findall(r"UID (\d+):\*", rest)
        uids = [uid for uid in self.server.mails if first and uid >= int(first[0])] or list(self.server.mails)[-1:]
        if since := re.findall(r"SINCE (\S+)", rest):
            day = datetime.strptime(since[0], "%d-%b-%Y").replace(tzinfo=UTC)
            uids = [uid for uid in uids if self._arrived(uid) >= day]
        return uids

    def _arrived(self, uid: int) -> datetime:
        return self.server.arrived.get(uid, AT)

    def logout(self, rest: str) -> bool:
        self.say("* BYE")
        return True


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[Imap]:
    """A server for a while."""
    with Imap(tls) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield server
        server.shutdown()
