"""Net open items: what a decision may rest on, for one customer or a few."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from crm.core import planned
from crm.core.among import Among, named
from crm.core.dates import months_after
from crm.core.sql import statement
from crm.customers.models import Customer
from crm.holds.models import Hold, HoldKind
from crm.law.queries import rule
from crm.receivables.models import Invoice

# While they hold, the law forbids to ask for what they cover.
FORBIDDING = (HoldKind.INSOLVENCY, HoldKind.LIMITATION)


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


IN_TURN = "/* sums in turn */"
TYPES = {"entity": "bigint", "on": "date", "ids": "bigint[]"}
NET_ITEMS = """
select invoice_id, currency, kind, issued_on, due_on, due_on_source, open_amount, held, covered, net_amount
from ({net_open_items}) item order by currency, due_on, invoice_id
"""
FIRST_LATE = """
select item.customer_id from ({net_open_items}) item
where item.held is null and item.net_amount > 0 and item.due_on < %(on)s
order by array_position(%(ids)s::bigint[], item.customer_id) limit 1
"""


def net_open_items(among: Among) -> str:
    """SELECT of what may be decided on, a row per open invoice of these customers (sql/net_open_items.sql).

    Its parameters: entity, on, and those of `among`.
    """
    return among.within(covering(statement("crm.holds", "net_open_items")))


def covering(text: str) -> str:
    """A statement, with the one rule of what sums of money cover (sql/sums_in_turn.sql) where it asks for it."""
    return text.replace(IN_TURN, statement("crm.holds", "sums_in_turn"))


def covered_since() -> str:
    """SELECT of what unapplied money covers, credit by credit (sql/covered_since.sql). Its parameters: invoices, on."""
    return covering(statement("crm.holds", "covered_since"))


def net_items(customer: Customer, *, on: date) -> list[NetItem]:
    """Open invoices of a customer as the night sees them on `on`, by currency then oldest due first."""
    rows = _ask(NET_ITEMS, [customer.pk], {"entity": customer.entity_id, "on": on})
    return [NetItem(*row) for row in rows]


def _ask(select: str, customers: list[int], params: dict[str, Any]) -> list[tuple[Any, ...]]:
    among = named(customers)
    return planned.rows(select.format(net_open_items=net_open_items(among)), TYPES, params | among.params)


def first_owing_late(customers: Sequence[Customer], *, on: date) -> Customer | None:
    """The first of a few customers of one entity who owes something late that is neither on hold nor covered."""
    if not customers:
        return None
    found = _ask(FIRST_LATE, [one.pk for one in customers], {"entity": customers[0].entity_id, "on": on})
    return next((one for one in customers if found and one.pk == found[0][0]), None)


def resuming(holds: Sequence[Hold], *, on: date) -> list[bool]:
    """Of holds of one customer that end together on a day, whether dunning of all that each covers resumes: no other
    one in force covers any of it."""
    others = holds_at(holds[0].customer, on=on).exclude(pk__in=[hold.pk for hold in holds])
    covered = set(others.values_list("invoice_id", flat=True))
    return [covered.isdisjoint({None, hold.invoice_id}) if hold.invoice_id else not covered for hold in holds]


def holds_at(customer: Customer, *, on: date) -> QuerySet[Hold]:
    """The holds in force on a day, past or present, the oldest first."""
    return Hold.objects.filter(in_force(on), customer=customer).order_by("starts_on", "pk")


def not_to_be_asked(invoices: QuerySet[Invoice], *, on: date) -> QuerySet[Invoice]:
    """Those of some invoices that insolvency or limitation holds on a day, whatever else holds them too."""
    covers = Q(invoice=OuterRef("pk")) | Q(invoice=None, born_before=None)
    covers |= Q(invoice=None, born_before__gt=OuterRef("issued_on"))
    holds = Hold.objects.filter(in_force(on), covers, customer=OuterRef("customer"), kind__in=FORBIDDING)
    return invoices.filter(Exists(holds))


def in_force(on: date) -> Q:
    """Of holds, that they hold on a day, past or present."""
    still = Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    not_ended = Q(ended_on__isnull=True) | Q(ended_on__gt=on)
    return still & not_ended & Q(starts_on__lte=on)


@dataclass(frozen=True)
class ToDeclare:
    """Claims born before a judgment are to be declared by `until`, counted from the judgment: the law counts from its
    publication, which is later."""

    hold: Hold
    judgment: date
    until: date
    article: str


def to_declare(holds: Iterable[Hold], *, on: date) -> list[ToDeclare]:
    """Of these holds of one customer, the insolvencies whose day of judgment is known, with their last day, past or
    not, by the law in force on `on`."""
    found = [hold for hold in holds if hold.kind == HoldKind.INSOLVENCY and hold.born_before]
    if not found:
        return []
    customer = found[0].customer
    law = rule(customer.entity.jurisdiction, "insolvency", on=on, customer_kind=customer.kind)
    if law is None or not law.value:
        return []
    months, days = law.value.get("declare_within_months", 0), law.value.get("declare_within_days", 0)
    return [
        ToDeclare(hold, hold.born_before, months_after(hold.born_before, months) + timedelta(days=days), law.article)
        for hold in found
        if hold.born_before
    ]


@dataclass(frozen=True)
class Claims:
    """What is to be declared in one currency, net of unapplied money: `due` by the judgment, and `due_later`."""

    currency: str
    items: list[NetItem]
    due: Decimal
    due_later: Decimal

    @property
    def amount(self) -> Decimal:
        """All of it."""
        return self.due + self.due_later


def claims_before(customer: Customer, judgment: date, *, on: date) -> list[Claims]:
    """The open claims on a customer that were born before a judgment, as they stand on `on`, by currency; one query."""
    found: dict[str, list[NetItem]] = {}
    for item in net_items(customer, on=on):
        if item.issued_on < judgment and item.net_amount > 0:
            found.setdefault(item.currency, []).append(item)
    return [_claims(currency, items, judgment) for currency, items in found.items()]


def _claims(currency: str, items: list[NetItem], judgment: date) -> Claims:
    due = sum((item.net_amount for item in items if item.due_on <= judgment), Decimal(0))
    return Claims(currency, items, due, sum((item.net_amount for item in items), Decimal(0)) - due)
