"""From a prepared message to what its channel carries."""

from email.utils import formataddr

from django.conf import settings
from django.urls import reverse

from crm.customers.models import Channel
from telephony.core.channels import Outbound
from telephony.core.outgoing import Prepared
from telephony.messaging.models import Message


def outbound(message: Message, prepared: Prepared) -> Outbound:
    """All the channel needs: sender of the entity, addresses for replies and opt-out, tracking as the entity wants."""
    entity = message.entity
    by_mail = message.channel == Channel.EMAIL
    return Outbound(
        key=message.pk,
        to=message.recipient,
        message_id=message.message_id,
        subject=prepared.subject,
        text=prepared.text,
        html=prepared.html,
        attachments=prepared.attachments,
        sender=sender(entity.sender_name or entity.legal_name, entity.sender_email),
        reply_to=reply_to(message.token) if by_mail else "",
        references=_thread(message) if by_mail else "",
        unsubscribe_url=unsubscribe_url(message.token) if by_mail else "",
        track_opens=entity.track_opens,
        track_clicks=entity.track_clicks,
    )


def sender(name: str, address: str) -> str:
    """The "From" of an entity; that of the installation when the entity has none."""
    return formataddr((name, address)) if address else settings.DEFAULT_FROM_EMAIL


def reply_to(token: str) -> str:
    """Address whose replies find their message: MAIL_REPLY_TO with the token after a plus; empty when not set."""
    box, _, domain = settings.MAIL_REPLY_TO.partition("@")
    return f"{box}+{token}@{domain}" if domain else ""


def unsubscribe_url(token: str) -> str:
    """Page and one-click address of RFC 8058."""
    return settings.SITE_URL + reverse("messaging:unsubscribe", args=[token])


def _thread(message: Message) -> str:
    """Message-ID of the first mail of the same origin, so that mail programs show one thread."""
    if message.attempt_key == 1:
        return ""
    earlier = Message.objects.filter(
        origin=message.origin, origin_id=message.origin_id, channel=message.channel, sent_at__isnull=False
    ).exclude(pk=message.pk)
    return earlier.order_by("pk").values_list("message_id", flat=True).first() or ""
