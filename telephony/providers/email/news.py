"""From Anymail's tracking events to ours."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason

from telephony.core.news import News

KINDS = {
    EventType.QUEUED: "other",
    EventType.SENT: "sent",
    EventType.REJECTED: "rejected",
    EventType.FAILED: "rejected",
    EventType.BOUNCED: "bounced",
    EventType.DEFERRED: "deferred",
    EventType.DELIVERED: "delivered",
    EventType.AUTORESPONDED: "autoresponded",
    EventType.OPENED: "opened",
    EventType.CLICKED: "clicked",
    EventType.COMPLAINED: "complained",
    EventType.UNSUBSCRIBED: "unsubscribed",
    EventType.SUBSCRIBED: "other",
    EventType.UNKNOWN: "other",
}
# Enhanced status codes (RFC 3463) that say that the address itself does not work, for good. 5.1.7 and 5.1.8 speak of
# the sender's.
ADDRESS_STATUS = re.compile(r"\b5\.(1\.(?![78]\b)[0-9]{1,3}|2\.1|4\.4)\b")
ENHANCED_STATUS = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b")


def normal(event: AnymailTrackingEvent, provider: str, *, at: datetime) -> News:
    """`event` in our shape; `at` stands in for the instant when the provider gives none."""
    kind = KINDS.get(event.event_type, "other")
    said = " ".join(filter(None, (event.mta_response, event.description))) or event.reject_reason or ""
    return News(
        provider=provider.lower().replace(" ", "_"),
        key=_key(event, kind),
        kind=kind,
        at=event.timestamp or at,
        message_ref=str((event.metadata or {}).get("acquit", "")),
        provider_id=str(event.message_id or ""),
        recipient=event.recipient or "",
        reason=said,
        permanent=kind in ("bounced", "rejected") and address_is_bad(event.reject_reason, said),
        payload={"event": event.event_type, "reason": event.reject_reason, "raw": plain(event.esp_event)},
    )


def address_is_bad(reject_reason: str | None, said: str) -> bool:
    """Whether the address itself does not work: its status code says so or, without a code, the provider's reason."""
    if ENHANCED_STATUS.search(said):
        return ADDRESS_STATUS.search(said) is not None
    return reject_reason in (RejectReason.INVALID, RejectReason.BOUNCED)


def _key(event: AnymailTrackingEvent, kind: str) -> str:
    """The provider's number of the event, with its kind because some number the message only; else a digest."""
    if event.event_id:
        return f"{event.event_id}:{kind}"
    whole = f"{event.message_id}|{kind}|{event.recipient}|{event.timestamp}|{event.click_url}"
    return hashlib.sha256(whole.encode()).hexdigest()


def plain(raw: Any) -> Any:
    """What the provider posted, as JSON."""
    if hasattr(raw, "dict"):
        raw = raw.dict()
    if not isinstance(raw, Mapping):
        return {}
    return json.loads(json.dumps(dict(raw), default=str))
