"""A small SMTP server (RFC 5321) that keeps every mail: for installations tried with plain SMTP, and for the tests.

Recipients tell it how to behave: 550@… and 421@… are refused with that code, drop@… loses the connection once the mail
is given.
"""

import re
import socketserver
from collections.abc import Callable

Keep = Callable[[str, bytes], None]
CODE = re.compile(r"^<?([45]\d\d)@")
LONGEST_LINE = 65_536


class Server(socketserver.ThreadingTCPServer):
    """`keep(recipient, mail)` is called for each mail taken."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], keep: Keep) -> None:
        super().__init__(address, Session)
        self.keep = keep


class Session(socketserver.StreamRequestHandler):
    """One connection; `recipients` are those of the mail being given."""

    server: Server
    disable_nagle_algorithm = True  # else the second line of an answer waits 40 ms for the client's word on the first

    def setup(self) -> None:
        super().setup()
        self.recipients: list[str] = []

    def handle(self) -> None:
        """Answer line by line until QUIT or the end of the connection."""
        self._say("220 local.invalid ESMTP")
        while line := self.rfile.readline(LONGEST_LINE):
            verb, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            if not self._answer(verb.upper(), rest):
                return

    def _answer(self, verb: str, rest: str) -> bool:
        match verb:
            case "EHLO" | "HELO":
                self._say("250-local.invalid")
                self._say("250 8BITMIME")
            case "MAIL" | "RSET":
                self.recipients = []
                self._say("250 OK")
            case "RCPT":
                self._recipient(rest.partition(":")[2].split()[0].strip("<>"))
            case "DATA":
                return self._data()
            case "QUIT":
                self._say("221 Bye")
                return False
            case "NOOP":
                self._say("250 OK")
            case _:
                self._say("500 What?")
        return True

    def _recipient(self, address: str) -> None:
        if code := CODE.match(address):
            self._say(f"{code[1]} {code[1][0]}.1.1 as you asked")
            return
        self.recipients.append(address)
        self._say("250 OK")

    def _data(self) -> bool:
        self._say("354 Go on")
        lines = []
        while (line := self.rfile.readline(LONGEST_LINE)) not in (b".\r\n", b".\n", b""):
            lines.append(line[1:] if line.startswith(b".") else line)
        for address in self.recipients:
            self.server.keep(address, b"".join(lines))
        if any(address.startswith("drop@") for address in self.recipients):
            return False
        self._say("250 Taken")
        return True

    def _say(self, answer: str) -> None:
        self.wfile.write(f"{answer}\r\n".encode())
