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

# Invoices a page shows at once, and with those it shows on demand: some customers have 20,000.
SHOWN = 40
LISTED = 240


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
    """One currency of one customer. `overdue` is net, held or not; `unapplied` is money that came and is not allocated.

    `nets` are its open invoices, oldest first, and `items` the same with all that is read of an invoice: all of them,
    or the first ones where a page asked for no more.
    """

    currency: str
    on: date
    nets: list[NetItem] = field(default_factory=list)
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
    def unlisted(self) -> int:
        """How many are open beside `items`."""
        return len(self.nets) - len(self.items)

    @property
    def open(self) -> Decimal:
        """All that is owed, before unapplied money."""
        return sum((net.open_amount for net in self.nets), Decimal(0))

    @property
    def overdue(self) -> Decimal:
        """Late, net of unapplied money, held or not."""
        return sum((net.net_amount for net in self.nets if net.due_on < self.on), Decimal(0))

    @property
    def due_later(self) -> Decimal:
        """Net, not due yet."""
        return sum((net.net_amount for net in self.nets if net.due_on >= self.on), Decimal(0))

    @property
    def held(self) -> Decimal:
        """Net amount of what a dispute or another hold keeps from dunning."""
        return sum((net.net_amount for net in self.nets if net.held), Decimal(0))

    @property
    def oldest_days(self) -> int:
        """Days late of the oldest invoice that unapplied money does not cover, 0 when nothing is late."""
        late = (net for net in self.nets if net.net_amount > 0 and net.due_on < self.on)
        return next(((self.on - net.due_on).days for net in late), 0)


def accounts(customer: Customer, on: date, *, most: int | None = None) -> list[Account]:
    """One account per currency in which something is open, largest overdue first; three queries.

    Amounts are those the night decides on (`net_open_items`). Of each account `most` invoices are read, the oldest
    first, or all of them.
    """
    found: dict[str, Account] = {}
    for net in net_items(customer, on=on):
        found.setdefault(net.currency, Account(net.currency, on)).nets.append(net)
    listed = {currency: account.nets[:most] for currency, account in found.items()}
    invoices = Invoice.objects.in_bulk([net.invoice_id for nets in listed.values() for net in nets])
    for credit in Credit.objects.filter(customer=customer, open_amount__gt=0, received_on__lte=on):
        found.setdefault(credit.currency, Account(credit.currency, on)).unapplied += credit.open_amount
    for currency, account in found.items():
        account.items = [_item(invoices[net.invoice_id], net, on) for net in listed.get(currency, ())]
        account.buckets = ageing.bar(((net.due_on, net.net_amount) for net in account.nets), on)
    return sorted(found.values(), key=lambda account: account.overdue, reverse=True)


def _item(invoice: Invoice, net: NetItem, on: date) -> Item:
    return Item(invoice, net.net_amount, net.held or "", (on - invoice.due_on).days)
