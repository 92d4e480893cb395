"""The account of one customer as of a date: what is owed, late, covered and held, by currency."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from crm.core import ageing
from crm.core.ageing import Bucket
from crm.customers.models import Customer
from crm.holds.models import HoldKind
from crm.holds.queries import NetItem, net_items
from crm.receivables.models import Credit, Invoice

# Invoices a page shows at once.
SHOWN = 40


@dataclass(frozen=True)
class Item:
    """An open invoice. `net` is what remains once unapplied money is counted; `held` is the kind of hold, or empty."""

    invoice: Invoice
    net: Decimal
    held: str
    days_late: int

    @property
    def hold_label(self) -> str:
        """Dispute, promise…"""
        return str(HoldKind(self.held).label) if self.held else ""

    @property
    def tone(self) -> int:
        """The bucket of its age."""
        return ageing.tone(self.days_late)


@dataclass
class Account:
    """One currency of one customer. `overdue` is net and not held; `unapplied` is money not yet allocated."""

    currency: str
    items: list[Item] = field(default_factory=list)
    unapplied: Decimal = Decimal(0)
    buckets: list[Bucket] = field(default_factory=list)

    @property
    def first_items(self) -> list[Item]:
        """What a page shows at once, oldest first."""
        return self.items[:SHOWN]

    @property
    def more_items(self) -> list[Item]:
        """What it shows on demand."""
        return self.items[SHOWN:]

    @property
    def open(self) -> Decimal:
        """All that is owed, before unapplied money."""
        return sum((item.invoice.open_amount for item in self.items), Decimal(0))

    @property
    def overdue(self) -> Decimal:
        """Late, net of unapplied money, held or not."""
        return sum((item.net for item in self.items if item.days_late > 0), Decimal(0))

    @property
    def due_later(self) -> Decimal:
        """Net, not due yet."""
        return sum((item.net for item in self.items if item.days_late <= 0), Decimal(0))

    @property
    def held(self) -> Decimal:
        """Net amount of what a dispute or another hold keeps from dunning."""
        return sum((item.net for item in self.items if item.held), Decimal(0))

    @property
    def oldest_days(self) -> int:
        """Days late of the oldest invoice, 0 when nothing is late."""
        return max((item.days_late for item in self.items), default=0) if self.overdue else 0


def accounts(customer: Customer, on: date) -> list[Account]:
    """One account per currency in which something is open, largest overdue first; three queries.

    Amounts are those the night decides on (`net_open_items`).
    """
    nets = net_items(customer, on=on)
    invoices = Invoice.objects.in_bulk([net.invoice_id for net in nets])
    found: dict[str, Account] = {}
    for net in nets:
        account = found.setdefault(net.currency, Account(net.currency))
        account.items.append(_item(invoices[net.invoice_id], net, on))
    for credit in Credit.objects.filter(customer=customer, open_amount__gt=0):
        found.setdefault(credit.currency, Account(credit.currency)).unapplied += credit.open_amount
    for account in found.values():
        account.buckets = ageing.bar(((item.invoice.due_on, item.net) for item in account.items), on)
    return sorted(found.values(), key=lambda account: account.overdue, reverse=True)


def _item(invoice: Invoice, net: NetItem, on: date) -> Item:
    return Item(invoice, net.net_amount, net.held or "", (on - invoice.due_on).days)
