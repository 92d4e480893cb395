"""What the local provider does: takes a mail, and tells about it as Mailgun does, signed, at the true webhook."""

import hashlib
import hmac
import json
import secrets
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Any

import requests
from django.conf import settings
from django.core.mail import get_connection

from telephony.core.channels import Accepted, Outbound
from telephony.core.lines import one_line
from telephony.localmail.models import LocalMail
from telephony.providers.email.sending import composed

TIMEOUT_S = 10
# The button -> fields of Mailgun's event.
EVENTS: dict[str, dict[str, Any]] = {
    "delivered": {"event": "delivered", "delivery-status": {"code": 250, "message": "2.0.0 OK"}},
    "bounced": {
        "event": "failed",
        "severity": "permanent",
        "reason": "bounce",
        "delivery-status": {"code": 550, "message": "550 5.1.1 The email account does not exist"},
    },
    "full": {
        "event": "failed",
        "severity": "permanent",
        "reason": "generic",
        "delivery-status": {"code": 552, "message": "552 5.2.2 The mailbox is full"},
    },
    "complained": {"event": "complained"},
    "unsubscribed": {"event": "unsubscribed"},
    "opened": {"event": "opened"},
}


class WebhookRefused(Exception):
    """The application did not accept what the provider told; the message says what it answered."""


def take(raw: bytes, *, recipient: str = "", variables: dict[str, str] | None = None) -> LocalMail:
    """Keep a mail; a Message-ID is given to one that has none."""
    mail = message_from_bytes(raw, policy=policy.default)
    return LocalMail.objects.create(
        message_id=str(mail.get("Message-ID", "")).strip() or make_msgid(domain="local.invalid"),
        sender=str(mail.get("From", ""))[:320],
        recipient=(recipient or parseaddr(str(mail.get("To", "")))[1])[:320],
        subject=one_line(str(mail.get("Subject", "")))[:300],
        variables=variables or {},
        raw=raw,
    )


def deliver(mail: Outbound, *, at: datetime) -> Accepted:
    """Take a mail of a past day without the network: the demo's past is written before its web server runs."""
    message = composed(mail, get_connection("anymail.backends.test.EmailBackend"))
    kept = take(message.message().as_bytes(), recipient=mail.to, variables={"acquit": mail.message_id})
    LocalMail.objects.filter(pk=kept.pk).update(received_at=at)
    return Accepted("mailgun", kept.message_id)


def parsed(mail: LocalMail) -> EmailMessage:
    """The mail taken apart."""
    message = message_from_bytes(bytes(mail.raw), policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def signature(at: datetime) -> dict[str, str]:
    """Mailgun's: HMAC-SHA256 of timestamp and token with the signing key, each token used once."""
    timestamp, token = str(int(at.timestamp())), secrets.token_hex(25)
    key = settings.ANYMAIL["MAILGUN_WEBHOOK_SIGNING_KEY"].encode()
    signed = hmac.new(key, f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": timestamp, "token": token, "signature": signed}


def event_body(mail: LocalMail, button: str, *, at: datetime) -> bytes:
    """The JSON Mailgun posts for one event."""
    data = {
        **EVENTS[button],
        "timestamp": at.timestamp(),
        "recipient": mail.recipient,
        "message": {"headers": {"message-id": mail.message_id.strip("<>"), "to": mail.recipient}},
        "user-variables": mail.variables,
    }
    return json.dumps({"signature": signature(at), "event-data": data}).encode()


def press(mail: LocalMail, button: str, *, at: datetime) -> None:
    """Tell the application that this happened to the mail. Raises WebhookRefused."""
    body = event_body(mail, button, at=at)
    _post("/webhooks/mail/mailgun/tracking/", data=body, headers={"Content-Type": "application/json"})
    LocalMail.objects.filter(pk=mail.pk).update(last_event=button)


def answer(mail: LocalMail, text: str, *, at: datetime) -> None:
    """The recipient answers: hand the reply to the application. Raises WebhookRefused."""
    reply = reply_to(mail, text, at=at)
    form = signature(at) | {
        "recipient": parseaddr(str(reply["To"]))[1],
        "sender": mail.recipient,
        "body-mime": reply.as_string(),
    }
    _post("/webhooks/mail/mailgun/inbound_mime/", data=form)
    LocalMail.objects.filter(pk=mail.pk).update(last_event="answered")


def reply_to(mail: LocalMail, text: str, *, at: datetime) -> EmailMessage:
    """The reply a mail program would write."""
    original = parsed(mail)
    reply = EmailMessage()
    reply["From"] = mail.recipient
    reply["To"] = str(original.get("Reply-To") or original["From"])
    reply["Subject"] = f"Re: {mail.subject}"
    reply["Date"] = format_datetime(at)
    reply["Message-ID"] = make_msgid(domain="client.invalid")
    reply["In-Reply-To"] = mail.message_id
    reply["References"] = mail.message_id
    reply.set_content(text)
    return reply


def _post(path: str, **request: Any) -> None:
    user, _, password = settings.ANYMAIL["WEBHOOK_SECRET"].partition(":")
    try:
        answered = requests.post(settings.SITE_URL + path, auth=(user, password), timeout=TIMEOUT_S, **request)
    except requests.RequestException as error:
        raise WebhookRefused(str(error)) from error
    if not answered.ok:
        raise WebhookRefused(f"{answered.status_code}: {answered.text[:200]}")
