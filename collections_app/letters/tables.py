"""The tables of a message, ready to be drawn by any channel: headings, rows of texts, total."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import accumulate
from typing import Any

from collections_app.letters.charges import ChargeSheet
from collections_app.letters.lines import Line, item_label, net_total, original_total
from collections_app.letters.models import Tone
from collections_app.letters.writing import Writer, iban_groups
from crm.accounts.models import Entity
from crm.receivables.models import Invoice


@dataclass(frozen=True)
class Table:
    """`amounts`: columns aligned right. `carried`: running total after each row, for tables longer than a page."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    total: tuple[str, ...] = ()
    amounts: tuple[int, ...] = ()
    carried: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """As JSON takes it."""
        return asdict(self)


def invoice_table(name: str, lines: Sequence[Line], *, tone: str, on: date, writer: Writer) -> Table:
    """Items asked for; the original amount stands beside the net one as soon as one item is partly covered, the
    days late as soon as one is late."""
    covered = any(line.invoice.amount != line.net_amount for line in lines)
    late = tone != Tone.PREVENTIVE and any(line.invoice.due_on < on for line in lines)
    columns = ["item", "issued", "due", *["late"] * late, *["original"] * covered, "net" if covered else "amount"]
    rows = tuple(_row(line, columns, on, writer) for line in lines)
    total = [writer.words("total")] + [""] * (len(columns) - 2) + [writer.money(net_total(lines))]
    if covered:
        total[-2] = writer.money(original_total(lines))
    running = accumulate(line.net_amount for line in lines)
    return Table(
        name,
        "",
        tuple(writer.words(column) for column in columns),
        rows,
        tuple(total),
        tuple(range(3, len(columns))),
        tuple(writer.money(amount) for amount in running),
    )


def _row(line: Line, columns: Sequence[str], on: date, writer: Writer) -> tuple[str, ...]:
    invoice = line.invoice
    days = (on - invoice.due_on).days
    cells = {
        "item": title_of(invoice, writer.language),
        "issued": writer.day(invoice.issued_on),
        "due": writer.day(invoice.due_on),
        "late": writer.words("days", days=days) if days > 0 else "",
        "original": writer.money(invoice.amount),
        "net": writer.money(line.net_amount),
        "amount": writer.money(line.net_amount),
    }
    return tuple(cells[column] for column in columns)


def title_of(invoice: Invoice, language: str) -> str:
    """The label of an item as it starts a row."""
    item = item_label(invoice, language)
    return item[:1].upper() + item[1:]


def amount_split(lines: Sequence[Line], charges: ChargeSheet, *, asked: bool, on: date, writer: Writer) -> Table:
    """Principal, interest, costs, total: each only when there is some. `asked`: the message asks for the charges too;
    else the total is what would be owed if they were claimed."""
    principal = net_total(lines)
    parts = [(writer.words("principal"), principal)]
    if charges.interest:
        parts.append((writer.words("interest", on=writer.day(on)), charges.interest))
    if charges.indemnity:
        parts.append((writer.words("indemnity"), charges.indemnity))
    rows = tuple((words, writer.money(amount)) for words, amount in parts)
    words = "total_due" if asked or not charges.total else "total_if_claimed"
    total = (writer.words(words), writer.money(principal + charges.total))
    return Table("amount_split", "", (), rows, total, (1,))


def interest_detail(lines: Sequence[Line], charges: ChargeSheet, *, writer: Writer) -> Table | None:
    """Period, base and rate of the interest of each invoice; None when none accrued."""
    labels = {line.invoice.pk: title_of(line.invoice, writer.language) for line in lines}
    rows = tuple(
        (
            labels[each.invoice_id],
            writer.words("until", start=writer.day(each.starts_on), end=writer.day(each.ends_on)),
            writer.money(each.base),
            writer.percent(each.percent),
            "" if each.interest is None else writer.money(each.interest),
        )
        for each in charges.details
        if each.invoice_id in labels
    )
    columns = tuple(writer.words(key) for key in ("item", "period", "base", "rate", "accrued"))
    return Table("interest_detail", writer.words("interest_title"), columns, rows, (), (2, 3, 4)) if rows else None


def payment_details(entity: Entity, reference: str, *, writer: Writer) -> Table | None:
    """How to pay; None when the entity has no IBAN."""
    if not entity.iban:
        return None
    rows = [(writer.words("holder"), entity.legal_name), ("IBAN", iban_groups(entity.iban))]
    if entity.bic:
        rows.append(("BIC", entity.bic))
    rows.append((writer.words("reference"), reference))
    return Table("payment_details", writer.words("pay_title"), (), tuple(rows))
