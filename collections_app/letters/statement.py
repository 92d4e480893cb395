"""Statement of account: the open items of a customer in a currency, and what was paid without being applied.

What insolvency or limitation forbids to ask for is neither listed nor in the balance, unless the message itself asks
for it; money that covers it is taken off what is told as not applied.
"""

from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from django.db.models import Q

from collections_app.letters import pdf, postal
from collections_app.letters.context import Subject
from collections_app.letters.tables import Table, title_of
from collections_app.letters.writing import Writer
from crm.holds.queries import net_items, not_to_be_asked
from crm.receivables.models import Credit, Invoice


@dataclass(frozen=True)
class Items:
    """What is listed, oldest first, and how much of the credits covers what is not."""

    invoices: list[Invoice]
    credits: list[Credit]
    spent: Decimal

    @property
    def balance(self) -> Decimal:
        """Owed on what is listed, less what is left of the credits."""
        owed = sum((each.open_amount for each in self.invoices), Decimal(0))
        return owed - sum((each.open_amount for each in self.credits), Decimal(0)) + self.spent


def statement(subject: Subject, writer: Writer) -> bytes:
    """The PDF, on the layout of letters."""
    entity, customer = subject.entity, subject.customer
    items = _open_items(subject, writer.currency)
    tables = [_invoices(items.invoices, subject, writer), _credits(items, writer), _balance(items, subject, writer)]
    own = {
        "recipient": postal.recipient_lines(customer.name, "", "", home=entity.country),
        "references": [[writer.words("account"), customer.external_id]],
        "pieces": [pdf.piece_data(table) for table in tables if table.rows],
    }
    title = f"{writer.words('statement')} {customer.external_id}"
    return pdf.sheet(entity, writer, own, title=title, on=subject.on)


def _open_items(subject: Subject, currency: str) -> Items:
    same = Q(customer=subject.customer, currency=currency)
    invoices = Invoice.objects.filter(same, issued_on__lte=subject.on).open().order_by("due_on", "pk")
    credits = Credit.objects.filter(same, open_amount__gt=0, received_on__lte=subject.on).order_by("received_on", "pk")
    asked = {line.invoice.pk for line in (*subject.chosen.main, *subject.chosen.others)}
    silent = set(not_to_be_asked(invoices, on=subject.on).values_list("pk", flat=True)) - asked
    listed, found = [invoice for invoice in invoices if invoice.pk not in silent], list(credits)
    return Items(listed, found, _spent(subject, silent) if silent and found else Decimal(0))


def _spent(subject: Subject, silent: set[int]) -> Decimal:
    """How much unapplied money counts on these invoices, by the one rule of what it covers."""
    nets = net_items(subject.customer, on=subject.on)
    return sum((net.covered for net in nets if net.invoice_id in silent), Decimal(0))


def _invoices(invoices: list[Invoice], subject: Subject, writer: Writer) -> Table:
    columns = ("item", "issued", "due", "late", "original", "net")
    rows = []
    for invoice in invoices:
        days = (subject.on - invoice.due_on).days
        rows.append(
            (
                title_of(invoice, writer.language),
                writer.day(invoice.issued_on),
                writer.day(invoice.due_on),
                writer.words("days", days=days) if days > 0 else "",
                writer.money(invoice.amount),
                writer.money(invoice.open_amount),
            )
        )
    running = list(accumulate(invoice.open_amount for invoice in invoices))
    total = (writer.words("total"), "", "", "", "", writer.money(running[-1] if running else Decimal(0)))
    heads = tuple(writer.words(column) for column in columns)
    return Table("statement", "", heads, tuple(rows), total, (3, 4, 5), tuple(map(writer.money, running)))


def _credits(items: Items, writer: Writer) -> Table:
    rows = [
        (
            " ".join(filter(None, [writer.words(f"credit_{credit.kind}"), credit.number])),
            writer.day(credit.received_on),
            writer.money(-credit.open_amount),
        )
        for credit in items.credits
    ]
    if items.spent:
        rows.append((writer.words("spent"), "", writer.money(items.spent)))
    columns = tuple(writer.words(key) for key in ("item", "issued", "amount"))
    return Table("credits", writer.words("unapplied"), columns, tuple(rows), (), (2,))


def _balance(items: Items, subject: Subject, writer: Writer) -> Table:
    row = (writer.words("balance", on=writer.day(subject.on)), writer.money(items.balance))
    return Table("balance", "", (), (row,), (), (1,))
