"""What Anymail tells, stored at once; a task does the rest."""

from email import policy
from typing import Any

from anymail.signals import AnymailInboundEvent, AnymailTrackingEvent
from django.utils import timezone

from telephony.messaging import operations
from telephony.providers.email.news import normal


def on_tracking(sender: Any, event: AnymailTrackingEvent, esp_name: str, **kwargs: Any) -> None:
    """A provider tells what became of a mail."""
    at = timezone.now()
    operations.hear([normal(event, esp_name, at=at)], at=at)


def on_inbound(sender: Any, event: AnymailInboundEvent, esp_name: str, **kwargs: Any) -> None:
    """A provider hands over a mail it received for us."""
    mail = event.message
    recipients = (mail.envelope_recipient,) if mail.envelope_recipient else ()
    # The policy it was parsed by folds headers anew, and fails on some.
    raw = mail.as_bytes(policy=policy.compat32)
    operations.receive(raw, recipients=recipients, at=timezone.now())
