"""What any provider tells about a message, in one shape."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class News:
    """`key` is unique per provider: the same news told twice has the same key. `message_ref` is our Message-ID when
    the provider gives it back, `provider_id` its own name for the message. `permanent`: the address does not work.
    `kind` is one of sent, delivered, read, opened, clicked, deferred, bounced, rejected, complained, unsubscribed,
    autoresponded, other."""

    provider: str
    key: str
    kind: str
    at: datetime
    message_ref: str = ""
    provider_id: str = ""
    recipient: str = ""
    reason: str = ""
    permanent: bool = False
    payload: Mapping[str, Any] = field(default_factory=dict)
