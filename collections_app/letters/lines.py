"""The invoices a message speaks of, and which of them it may name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from collections_app.letters.labels import label
from collections_app.letters.models import Tone
from crm.receivables.models import Invoice, InvoiceKind

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Line:
    """An open invoice: what is left of it once unapplied money is taken off, and whether its age reached the step of
    the message."""

    invoice: Invoice
    net_amount: Decimal
    reached: bool = True


@dataclass(frozen=True)
class Chosen:
    """`main`: what the message asks for. `others`: due as well, set apart (formal notices only)."""

    main: list[Line]
    others: list[Line]


def choose(lines: Iterable[Line], *, tone: str, formal_notice: bool, on: date) -> Chosen:
    """Items not yet due are named before the due date and on statements only; a formal notice asks only for invoices
    that reached it. Oldest first."""
    ordered = sorted(lines, key=lambda line: (line.invoice.due_on, line.invoice.pk or 0))
    open_lines = [line for line in ordered if line.net_amount > 0]
    if tone in (Tone.PREVENTIVE, Tone.STATEMENT):
        return Chosen(open_lines, [])
    due = [line for line in open_lines if line.invoice.due_on < on]
    if not formal_notice:
        return Chosen(due, [])
    return Chosen([line for line in due if _noticed(line)], [line for line in due if not _noticed(line)])


def _noticed(line: Line) -> bool:
    return line.reached and line.invoice.kind == InvoiceKind.INVOICE


def described(line: Line, *, on: date, language: str) -> dict[str, Any]:
    """An item as templates see it; only an invoice is named one."""
    invoice = line.invoice
    return {
        "label": item_label(invoice, language),
        "number": invoice.number if invoice.kind == InvoiceKind.INVOICE else None,
        "issued_on": invoice.issued_on,
        "due_on": invoice.due_on,
        "days_late": max((on - invoice.due_on).days, 0),
        "original": invoice.amount,
        "net": line.net_amount,
        "covered": invoice.amount - line.net_amount,
    }


def item_label(invoice: Invoice, language: str) -> str:
    """«facture FA-12», «facture FA-12 (échéance 2)», «solde antérieur»…"""
    if invoice.kind != InvoiceKind.INVOICE:
        return label(language, invoice.kind)
    key = "installment" if invoice.installment > 1 else "invoice"
    return label(language, key, number=invoice.number, installment=invoice.installment)


def net_total(lines: Sequence[Line]) -> Decimal:
    """What is left to pay on them."""
    return sum((line.net_amount for line in lines), NOTHING)


def original_total(lines: Sequence[Line]) -> Decimal:
    """Their amounts before any payment."""
    return sum((line.invoice.amount for line in lines), NOTHING)
