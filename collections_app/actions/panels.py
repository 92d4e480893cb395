"""What this app shows on the customer page."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from collections_app.actions import labels
from collections_app.actions.models import Action
from collections_app.actions.queries import with_row
from collections_app.actions.urgency import MOST_URGENT
from crm.accounts.calendars import Days, today
from crm.accounts.models import User
from crm.customers.models import Customer


def open_actions(customer: Customer, user: User) -> Mapping[str, Any] | None:
    """What waits for this customer; nothing is shown when nothing does."""
    rows = with_row(Action.objects.open().filter(customer=customer), Days(today(customer.entity, timezone.now())))
    actions = [
        {"action": row, "verb": labels.verb(row), "icon": labels.icon(row)}
        for row in rows.order_by(*MOST_URGENT.ordering)
    ]
    return {"actions": actions} if actions else None
