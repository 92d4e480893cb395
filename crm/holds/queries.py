"""Net open items: what a decision may rest on, for one customer or a few."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection
from django.db.models import Q, QuerySet

from crm.core import planned
from crm.customers.models import Customer
from crm.holds.models import Hold


@dataclass(frozen=True)
class NetItem:
    """An open invoice: what holds it (a kind of hold or None), what unapplied money covers, what is left."""

    invoice_id: int
    currency: str
    kind: str
    issued_on: date
    due_on: date
    due_on_source: str
    open_amount: Decimal
    held: str | None
    covered: Decimal
    net_amount: Decimal


NET_ITEMS_TYPES = {"entity": "bigint", "on": "date", "customer": "bigint"}
NET_ITEMS = """
select invoice_id, currency, kind, issued_on, due_on, due_on_source, open_amount, held, covered, net_amount
from net_open_items(%(entity)s, %(on)s, %(customer)s, %(customer)s + 1) order by currency, due_on, invoice_id
"""
FIRST_LATE = """
select asked.id from unnest(%(customers)s::bigint[]) with ordinality asked (id, place)
cross join lateral net_open_items(%(entity)s, %(on)s, asked.id, asked.id + 1) item
where item.held is null and item.net_amount > 0 and item.due_on < %(on)s
order by asked.place limit 1
"""


def net_items(customer: Customer, *, on: date) -> list[NetItem]:
    """Open invoices of a customer as the night sees them on `on`, by currency then oldest due first."""
    asked = {"entity": customer.entity_id, "on": on, "customer": customer.pk}
    return [NetItem(*row) for row in planned.rows(NET_ITEMS, NET_ITEMS_TYPES, asked)]


def first_owing_late(customers: Sequence[Customer], *, on: date) -> Customer | None:
    """The first of a few customers of one entity who owes something late that is neither on hold nor covered."""
    if not customers:
        return None
    keys = [one.pk for one in customers]
    with connection.cursor() as cursor:
        cursor.execute(FIRST_LATE, {"entity": customers[0].entity_id, "on": on, "customers": keys})
        found = cursor.fetchone()
    return next((one for one in customers if found and one.pk == found[0]), None)


def holds_at(customer: Customer, *, on: date) -> QuerySet[Hold]:
    """The holds in force on a day, past or present, the oldest first."""
    still = Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    not_ended = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    return Hold.objects.filter(still, not_ended, customer=customer, starts_on__lte=on).order_by("starts_on", "pk")
