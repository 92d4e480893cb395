"""Reading a mailbox from where we stopped (RFC 3501 UIDs). Nothing is deleted or marked as read in it."""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from telephony.providers.email import tls

TIMEOUT_S = 60
ARRIVAL = re.compile(rb'INTERNALDATE "([^"]+)"', re.IGNORECASE)


@dataclass(frozen=True)
class Mailbox:
    host: str
    user: str
    password: str
    port: int = 993
    folder: str = "INBOX"
    tls: bool = True
    ca: str = ""

    def __str__(self) -> str:
        return f"{self.user}@{self.host}/{self.folder}"


@dataclass(frozen=True)
class Arrived:
    """A whole mail, its number in the mailbox, and when it came there, if the server says so; or the `refusal` of the
    server to give it."""

    uid: int
    raw: bytes
    at: datetime | None
    refusal: str = ""


class MailboxError(Exception):
    """The server refused something, or we its certificate; the message says what."""


@contextmanager
def opened(box: Mailbox) -> Iterator[imaplib.IMAP4]:
    """A connection with the folder selected, read only."""
    try:
        connection = _connected(box)
        with connection:
            connection.login(box.user, box.password)
            _ok(connection.select(f'"{box.folder}"', readonly=True))
            yield connection
    except imaplib.IMAP4.error as error:
        raise MailboxError(str(error)) from error
    except ssl.SSLCertVerificationError as error:
        raise MailboxError(tls.refusal(error, "IMAP_CA")) from error


def _connected(box: Mailbox) -> imaplib.IMAP4:
    if box.tls:
        return imaplib.IMAP4_SSL(box.host, box.port, ssl_context=tls.context(box.ca), timeout=TIMEOUT_S)
    return imaplib.IMAP4(box.host, box.port, timeout=TIMEOUT_S)


def uid_validity(connection: imaplib.IMAP4) -> int:
    """Changes when the numbers of the mails lost their meaning: what came lately is then read again."""
    return int(connection.response("UIDVALIDITY")[1][0] or 0)


def last_uid(connection: imaplib.IMAP4) -> int:
    """The number of the last mail; 0 without any."""
    return max(_searched(connection, "UID", "*"), default=0)


def newer(connection: imaplib.IMAP4, after: int, since: datetime | None = None) -> Iterator[Arrived]:
    """The mails numbered above `after`, in order; with `since`, those that arrived on its day or later.

    One the server refuses to give is named with its refusal, and does not stop those behind it.
    """
    days = ("SINCE", imaplib.Time2Internaldate(since)[1:12]) if since else ()
    # "n:*" always names the last mail, even when its number is below n.
    for uid in sorted(uid for uid in _searched(connection, "UID", f"{after + 1}:*", *days) if uid > after):
        parts, refusal = _fetched(connection, uid)
        if refusal:
            yield Arrived(uid, b"", None, refusal=refusal)
            continue
        said = b" ".join(part[0] if isinstance(part, tuple) else part for part in parts if part)
        for part in parts:
            if isinstance(part, tuple):
                yield Arrived(uid, part[1], _arrival(said))


def _fetched(connection: imaplib.IMAP4, uid: int) -> tuple[list, str]:
    """What the server gives of a mail, or the words in which it refuses. Some say OK and give none (NIL)."""
    try:
        answer, parts = connection.uid("FETCH", str(uid), "(INTERNALDATE BODY.PEEK[])")
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as bad:  # so some say that they cannot put a mail together
        return [], str(bad)
    if answer != "OK":
        return [], _words(parts) or answer
    given = any(isinstance(part, tuple) and part[1] for part in parts)
    return (parts, "") if given else ([], f"OK, without the mail {_words(parts)}".strip())


def _searched(connection: imaplib.IMAP4, *criteria: str) -> list[int]:
    found = _ok(connection.uid("SEARCH", *criteria))
    return [int(number) for number in (found[0] or b"").split()]


def _arrival(said: bytes) -> datetime | None:
    found = ARRIVAL.search(said)
    try:
        return datetime.strptime(found[1].decode().strip(), "%d-%b-%Y %H:%M:%S %z") if found else None
    except ValueError:
        return None


def _ok(answer: tuple[str, list]) -> list:
    if answer[0] != "OK":
        raise MailboxError(str(answer[1]))
    return answer[1]


def _words(parts: list) -> str:
    return b" ".join(part for part in parts if isinstance(part, bytes)).decode(errors="replace")
