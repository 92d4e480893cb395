"""Events as their consumers get them."""

from datetime import datetime
from typing import Any

from collections_app.actions.consumers import on_message
from crm.events.models import Event


def hear_of_message(*, at: datetime, delivered_at: datetime | None = None, **written: Any) -> None:
    """What becomes of a message is told to the actions, at once unless said."""
    event = Event(at=at, **written)
    event.delivered_at = delivered_at or at
    on_message(event)
