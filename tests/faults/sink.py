"""An SMTP server that keeps what it takes, and goes wrong where a test says."""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import takewhile

from telephony.localmail.smtp import Server, Session

# Where a conversation can go wrong: at the answer to the connection, to each word, and to the text once it was taken.
PLACES = ("greeting", "EHLO", "MAIL", "RCPT", "DATA", "text")
MESSAGE_ID = re.compile(rb"^Message-ID: <([^>]+)>", re.MULTILINE | re.IGNORECASE)

Fault = Callable[["Talk"], None]


class Dropped(Exception):
    """The server closes the connection without a word."""


def drop(talk: "Talk") -> None:
    """Close the connection instead of answering."""
    raise Dropped


def hang(talk: "Talk") -> None:
    """Answer nothing for as long as the server lives."""
    talk.server.over.wait()
    raise Dropped


def saying(code: int) -> Fault:
    """Refuse with this code."""

    def refuse(talk: Talk) -> None:
        talk.say(f"{code} as the test asked")
        raise Refused

    return refuse


class Refused(Exception):
    """The word was answered by the fault."""


class Talk(Session):
    """One connection."""

    server: "Sink"

    def handle(self) -> None:
        """Meet the faults of the server on the way."""
        try:
            self.meets("greeting")
            super().handle()
        except (Dropped, Refused, ConnectionError):
            return

    def say(self, answer: str) -> None:
        """One line of the server."""
        self._say(answer)

    def meets(self, place: str) -> None:
        """Go wrong here, if the test says so."""
        self.server.connections += place == "greeting"
        if fault := self.server.faults.get(place):
            fault(self)

    def _answer(self, verb: str, rest: str) -> bool:
        try:
            if verb in PLACES:
                self.meets(verb)
            return super()._answer(verb, rest)
        except Refused:
            return True

    def _data(self) -> bool:
        self.say("354 Go on")
        lines = iter(self.rfile.readline, b".\r\n")
        found = MESSAGE_ID.search(b"".join(takewhile(bool, lines)))
        self.server.taken[found[1].decode() if found else ""] += 1
        try:
            # The text has come whole: unless it is refused it is delivered, whatever becomes of the conversation.
            self.meets("text")
        except Refused:
            self.server.taken[found[1].decode() if found else ""] -= 1
            raise
        self.say("250 Taken")
        return True


class Sink(Server):
    """`taken`: how often each Message-ID was taken. `faults`: what goes wrong, by place. `connections`: how many."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), lambda recipient, raw: None)
        self.RequestHandlerClass = Talk
        self.taken: Counter[str] = Counter()
        self.faults: dict[str, Fault] = {}
        self.connections = 0
        self.over = threading.Event()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that was killed is no news."""


@contextmanager
def running() -> Iterator[Sink]:
    """A sink that serves in threads of this process."""
    with Sink() as sink:
        server = threading.Thread(target=sink.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        server.start()
        try:
            yield sink
        finally:
            sink.over.set()
            sink.shutdown()
