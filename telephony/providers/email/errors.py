"""What went wrong, sorted into four kinds by tables: for good, for now, nobody can tell, not ours to send.

A refusal that came as an answer is certain. A connection that broke once the text of the mail was on its way is not:
the server may have taken it.
"""

import re
import smtplib
import socket
import ssl

import requests
from anymail.exceptions import (
    AnymailAPIError,
    AnymailConfigurationError,
    AnymailError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailSerializationError,
)
from anymail.signals import RejectReason

from telephony.core.channels import Ambiguous, NotConnected, Permanent, SendError, Temporary
from telephony.providers.email import tls
from telephony.providers.email.news import address_is_bad

# Answers of a provider's HTTP API. Others of the 400s: the request is wrong for good; of the 500s: nobody can tell.
HTTP_TEMPORARY = frozenset({402, 403, 408, 409, 425, 429, 503})
# Our key is refused, whatever the message: as an SMTP server that takes no login.
HTTP_NOT_LET_IN = 401
# Errors raised before anything was handed over.
NEVER_CONNECTED = (requests.ConnectTimeout, socket.gaierror, ConnectionRefusedError)
# Our own mistake or an option the provider does not have: nothing left, and trying again is of no use.
NEVER_LEFT = (AnymailError, AnymailSerializationError, AnymailConfigurationError)
BAD_ADDRESS = (AnymailRecipientsRefused, AnymailInvalidAddress)
# SMTP answers that speak of the recipient's address (RFC 5321 §4.2.3); 552 is a full mailbox.
SMTP_BAD_ADDRESS = frozenset({501, 511, 521, 550, 551, 553, 556})
# "I am closing this connection", which is also said on one that was idle for too long.
SMTP_CLOSING = 421
# What servers without enhanced status codes say of it.
RELAY = re.compile(r"\brelay", re.IGNORECASE)


def is_broken(error: Exception) -> bool:
    """Whether the connection, and not the mail, is what failed. (Every SMTPException is an OSError.)"""
    match error:
        case smtplib.SMTPRecipientsRefused():
            return any(code == SMTP_CLOSING for code, _text in error.recipients.values())
        case smtplib.SMTPResponseException():
            return error.smtp_code == SMTP_CLOSING
        case smtplib.SMTPException():
            return isinstance(error, smtplib.SMTPServerDisconnected)
        case _:
            return isinstance(error, OSError)


def classified(error: Exception, *, begun: bool = True) -> SendError:
    """The same error as one of ours. `begun`: the text of the mail may have left before it."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, text = next(iter(error.recipients.values()), (550, b""))
            return _smtp(code, text, of_recipient=True)
        case smtplib.SMTPResponseException():
            return _smtp(error.smtp_code, error.smtp_error)
        case _ if isinstance(error, BAD_ADDRESS):
            return Permanent("refused", str(error), bad_address=True)
        case AnymailAPIError():
            return _http(error)
        case _ if isinstance(error, NEVER_LEFT):
            return Permanent(type(error).__name__, str(error))
    kind = Ambiguous if begun else Temporary if is_broken(error) else Permanent
    return kind(type(error).__name__, str(error))


def not_connected(error: Exception) -> NotConnected:
    """An error while connecting: surely not sent."""
    said = tls.refusal(error, "EMAIL_CA") if isinstance(error, ssl.SSLCertVerificationError) else str(error)
    return NotConnected(type(error).__name__, said)


def _smtp(code: int, text: bytes | str, *, of_recipient: bool = False) -> SendError:
    said = f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}"
    if 400 <= code < 500:
        return Temporary(str(code), said)
    return Permanent(str(code), said, bad_address=of_recipient and code in SMTP_BAD_ADDRESS and _of_address(said))


def _of_address(said: str) -> bool:
    """Not of us: a relay that does not know us refuses every address alike."""
    return address_is_bad(RejectReason.BOUNCED, said) and not RELAY.search(said)


def _http(error: AnymailAPIError) -> SendError:
    status, text = error.status_code, str(error)
    if status is None:
        never = isinstance(error, NEVER_CONNECTED) or _refused(error)
        return NotConnected("not_connected", text) if never else Ambiguous("no_answer", text)
    if status == HTTP_NOT_LET_IN:
        return NotConnected(str(status), text)
    if status in HTTP_TEMPORARY:
        return Temporary(str(status), text)
    return Permanent(str(status), text) if 400 <= status < 500 else Ambiguous(str(status), text)


def _refused(error: BaseException) -> bool:
    """requests wraps a refused connection three times; what it says inside tells it from one that broke later."""
    return "NewConnectionError" in repr(error.__cause__) or "NameResolutionError" in repr(error.__cause__)
