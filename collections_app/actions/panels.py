"""What this app shows on the customer page."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from collections_app.actions import labels
from collections_app.actions.models import Action, ActionKind, ActionLine
from collections_app.actions.queries import with_row
from collections_app.actions.urgency import MOST_URGENT
from crm.accounts.calendars import Days, today
from crm.accounts.models import User
from crm.customers.models import Customer
from crm.holds.queries import holds_at, net_items


def open_actions(customer: Customer, user: User) -> Mapping[str, Any] | None:
    """What waits for this customer; nothing is shown when nothing does."""
    on = today(customer.entity, timezone.now())
    rows = with_row(Action.objects.open().filter(customer=customer), Days(on))
    found = list(rows.order_by(*MOST_URGENT.ordering))
    held = _on_hold(customer, found, on)
    actions = [
        {
            "action": row,
            "verb": labels.verb(row),
            "icon": labels.icon(row),
            "deadline": labels.deadline(row, on=on),
            "on_hold": row.pk in held,
        }
        for row in found
    ]
    return {"actions": actions} if actions else None


def _on_hold(customer: Customer, actions: list[Action], on: date) -> set[int]:
    """Those that ask for invoices which are all suspended: none leaves, and the next night takes them back. Claims are
    declared because they are suspended."""
    if not actions or not holds_at(customer, on=on).exists():
        return set()
    suspended = {item.invoice_id for item in net_items(customer, on=on) if item.held}
    carried: dict[int, set[int]] = defaultdict(set)
    lines = ActionLine.objects.filter(action__in=actions).exclude(action__kind=ActionKind.DECLARATION)
    for action, invoice in lines.values_list("action", "invoice"):
        carried[action].add(invoice)
    return {action for action, invoices in carried.items() if invoices <= suspended}
