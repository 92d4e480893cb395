"""Statement of account: every open item of a customer in a currency, and what was paid without being applied."""

from datetime import UTC, datetime, time
from decimal import Decimal
from itertools import accumulate

from django.db.models import Q

from collections_app.letters import pdf, postal
from collections_app.letters.context import Subject
from collections_app.letters.tables import Table, title_of
from collections_app.letters.writing import Writer
from crm.receivables.models import Credit, Invoice


def statement(subject: Subject, writer: Writer) -> bytes:
    """The PDF, on the layout of letters."""
    entity, customer = subject.entity, subject.customer
    invoices, credits = _open_items(subject, writer.currency)
    balance = sum((each.open_amount for each in invoices), Decimal(0)) - sum(
        (each.open_amount for each in credits), Decimal(0)
    )
    tables = [_invoices(invoices, subject, writer), _credits(credits, writer), _balance(balance, subject, writer)]
    data = {
        "language": subject.language,
        "title": f"{writer.words('statement')} {customer.external_id}",
        "sender": pdf.sender(entity, writer),
        "logo": pdf.logo(entity),
        "recipient": postal.recipient_lines(customer.name, "", "", home=entity.country),
        "references": [[writer.words("account"), customer.external_id]],
        "place-date": pdf.place_and_date(entity, subject, writer),
        "registered": None,
        "pieces": [pdf.piece_data(table) for table in tables if table.rows],
        "qr": None,
        "words": {key: writer.words(key, page="{page}", pages="{pages}") for key in pdf.WORDS},
        "enclosures": [],
    }
    return pdf.compiled("letter.typ", data, at=datetime.combine(subject.on, time(), UTC))


def _open_items(subject: Subject, currency: str) -> tuple[list[Invoice], list[Credit]]:
    same = Q(customer=subject.customer, currency=currency)
    invoices = Invoice.objects.filter(same, issued_on__lte=subject.on).open().order_by("due_on", "pk")
    credits = Credit.objects.filter(same, open_amount__gt=0, received_on__lte=subject.on).order_by("received_on", "pk")
    return list(invoices), list(credits)


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


def _credits(credits: list[Credit], writer: Writer) -> Table:
    rows = tuple(
        (
            " ".join(filter(None, [writer.words(f"credit_{credit.kind}"), credit.number])),
            writer.day(credit.received_on),
            writer.money(-credit.open_amount),
        )
        for credit in credits
    )
    columns = tuple(writer.words(key) for key in ("item", "issued", "amount"))
    return Table("credits", writer.words("unapplied"), columns, rows, (), (2,))


def _balance(balance: Decimal, subject: Subject, writer: Writer) -> Table:
    return Table(
        "balance", "", (), ((writer.words("balance", on=writer.day(subject.on)), writer.money(balance)),), (), (1,)
    )
