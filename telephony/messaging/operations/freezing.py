"""What leaves is kept as it left: compressed body, digest of everything, enclosures, amount."""

import hashlib
import json
import zlib
from typing import Any, TypedDict

from telephony.core.outgoing import Prepared
from telephony.messaging.models import Enclosure, Message


class Body(TypedDict):
    text: str
    html: str


def freeze(message: Message, prepared: Prepared) -> dict[str, Any]:
    """Keep the enclosures of `message` in place of earlier ones, and where it goes; return the fields to write with its
    next state.

    Raises ValueError when it claims amounts in several currencies: a message speaks of one.
    """
    if len(prepared.amounts) > 1:
        raise ValueError("A message claims amounts in one currency.")
    if prepared.recipient:
        message.address_id, message.recipient = prepared.address_id, prepared.recipient
    if message.digest:
        message.enclosures.all().delete()
    Enclosure.objects.bulk_create(
        Enclosure(
            message=message,
            name=file.name,
            mimetype=file.mimetype,
            content=file.content,
            digest=hashlib.sha256(file.content).hexdigest(),
        )
        for file in prepared.attachments
    )
    currency, amount = next(iter(prepared.amounts.items()), ("", None))
    return {
        "address_id": message.address_id,
        "recipient": message.recipient,
        "subject": prepared.subject[:300],
        "body": packed(prepared.text, prepared.html),
        "digest": digest(message.recipient, prepared),
        "language": prepared.language or message.language,
        "variables": dict(prepared.variables),
        "template_version_id": prepared.template_version_id,
        "currency": currency,
        "amount": amount,
    }


def packed(text: str, html: str) -> bytes:
    """Both forms of a body, compressed."""
    return zlib.compress(json.dumps({"text": text, "html": html}, ensure_ascii=False).encode())


def body(message: Message) -> Body:
    """The body as it left; empty before."""
    if not message.body:
        return {"text": "", "html": ""}
    unpacked: Body = json.loads(zlib.decompress(bytes(message.body)))
    return unpacked


def digest(recipient: str, prepared: Prepared) -> str:
    """SHA-256 over recipient, subject, both bodies and the digest of each file, each preceded by its length."""
    whole = hashlib.sha256()
    files = [file.name + hashlib.sha256(file.content).hexdigest() for file in prepared.attachments]
    for part in (recipient, prepared.subject, prepared.text, prepared.html, *files):
        data = part.encode()
        whole.update(len(data).to_bytes(8, "big") + data)
    return whole.hexdigest()
