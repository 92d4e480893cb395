"""One e-mail through Django's mail backend: SMTP, or any provider Anymail knows."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from anymail.message import AnymailMessage
from django.conf import settings
from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend

from telephony.core.channels import Accepted, NotAllowed, Outbound
from telephony.core.lines import one_line
from telephony.providers.email import errors, esp

_open: ContextVar[BaseEmailBackend | None] = ContextVar("open_mail_connection", default=None)


@contextmanager
def session() -> Iterator[None]:
    """Keep one connection for all the mails sent inside."""
    backend = get_connection()
    token = _open.set(backend)
    try:
        yield
    finally:
        _open.reset(token)
        _close(backend)


def send(mail: Outbound) -> Accepted:
    """Hand `mail` to the provider. Raises NotAllowed, Permanent, Temporary or Ambiguous."""
    if not is_allowed(mail.to):
        raise NotAllowed("environment", f"{mail.to} is not in MAIL_RECIPIENT_ALLOWLIST")
    shared = _open.get()
    backend = shared or get_connection()
    try:
        return _send(composed(mail, backend), backend)
    finally:
        if shared is None:
            _close(backend)


def is_allowed(address: str) -> bool:
    """Whether this installation may write to `address`: listed, of a listed @domain, or "*" is listed."""
    allowed = {item.lower() for item in settings.MAIL_RECIPIENT_ALLOWLIST}
    address = address.lower()
    return "*" in allowed or address in allowed or "@" + address.rpartition("@")[2] in allowed


def _send(message: AnymailMessage, backend: BaseEmailBackend) -> Accepted:
    """Over the open connection, or over a new one when the server closed it while we were composing."""
    kept = getattr(backend, "connection", None) is not None
    try:
        backend.open()
    except Exception as error:
        raise errors.not_connected(error) from error
    with _watched(backend) as progress:
        try:
            backend.send_messages([message])
        except Exception as error:
            _close(backend)
            if kept and not progress.begun and errors.is_broken(error):
                return _send(message, backend)
            raise errors.classified(error, begun=progress.begun) from error
    status = getattr(message, "anymail_status", None)
    number = getattr(status, "message_id", None) if esp.is_anymail(backend) else None
    return Accepted(esp.provider_of(backend), str(number or ""))


@dataclass
class _Progress:
    """`begun`: the text of the mail may have left. Until then nobody can have taken it."""

    begun: bool = True


@contextmanager
def _watched(backend: BaseEmailBackend) -> Iterator[_Progress]:
    """Note when an SMTP conversation comes to the text; of other backends nothing is known."""
    connection = getattr(backend, "connection", None)
    if not isinstance(connection, smtplib.SMTP):
        yield _Progress()
        return
    progress, hand_over = _Progress(begun=False), connection.data

    def data(text: Any) -> Any:
        progress.begun = True
        return hand_over(text)

    connection.data = data  # type: ignore[assignment, method-assign]
    try:
        yield progress
    finally:
        del connection.data


def _close(backend: BaseEmailBackend) -> None:
    """Nothing that fails while closing changes what happened before."""
    try:
        backend.close()
    except (smtplib.SMTPException, OSError):
        if hasattr(backend, "connection"):
            backend.connection = None


def composed(mail: Outbound, backend: BaseEmailBackend) -> AnymailMessage:
    """The mail with its headers (RFC 5322, RFC 8058) and, for a provider Anymail knows, metadata and tracking."""
    message = AnymailMessage(
        subject=one_line(mail.subject),
        body=mail.text,
        from_email=mail.sender,
        to=[mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers=_headers(mail),
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for file in mail.attachments:
        message.attach(file.name, file.content, file.mimetype)
    if not esp.is_anymail(backend) and settings.MAIL_BOUNCE_TO:
        # The envelope's sender gets the delivery reports; the reader sees the entity.
        message.from_email, message.extra_headers["From"] = settings.MAIL_BOUNCE_TO, mail.sender
    if esp.is_anymail(backend):
        _add_provider_options(message, mail, esp.provider_of(backend))
    return message


def _headers(mail: Outbound) -> dict[str, str]:
    headers = {"Message-ID": f"<{mail.message_id}>", "X-Auto-Response-Suppress": "OOF, AutoReply"}
    if mail.references:
        headers |= {"References": f"<{mail.references}>", "In-Reply-To": f"<{mail.references}>"}
    if mail.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return headers


def _add_provider_options(message: Any, mail: Outbound, provider: str) -> None:
    message.extra_headers |= esp.EXTRA_HEADERS.get(provider, {})
    if provider not in esp.WITHOUT_METADATA:
        message.metadata = {"acquit": mail.message_id}
    if provider not in esp.TRACKING_BY_ACCOUNT:
        message.track_opens, message.track_clicks = mail.track_opens, mail.track_clicks
