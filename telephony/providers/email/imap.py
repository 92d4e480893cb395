"""Reading a mailbox from where we stopped (RFC 3501 UIDs). Nothing is deleted or marked as read in it."""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from telephony.providers.email import tls

TIMEOUT_S = 60


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
    """Changes when the numbers of the mails lost their meaning: then everything is read again."""
    return int(connection.response("UIDVALIDITY")[1][0] or 0)


def newer(connection: imaplib.IMAP4, after: int) -> Iterator[tuple[int, bytes]]:
    """(UID, whole mail) of the mails numbered above `after`, in order."""
    found = _ok(connection.uid("SEARCH", "UID", f"{after + 1}:*"))
    # "n:*" always names the last mail, even when its number is below n.
    for uid in sorted(int(number) for number in (found[0] or b"").split() if int(number) > after):
        for part in _ok(connection.uid("FETCH", str(uid), "(BODY.PEEK[])")):
            if isinstance(part, tuple):
                yield uid, part[1]


def _ok(answer: tuple[str, list]) -> list:
    if answer[0] != "OK":
        raise MailboxError(str(answer[1]))
    return answer[1]
