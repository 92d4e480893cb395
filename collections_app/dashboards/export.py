"""The aged balance as a file for a spreadsheet, written while it is read."""

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from io import StringIO

from django.utils.translation import gettext as _, override

from collections_app.dashboards.ageing import Aged, Line, heads
from crm.core import formats
from crm.core.currencies import decimals
from crm.core.spreadsheets import MARK, harmless


def written(lines: Iterable[tuple[Line, date]], *, language: str) -> Iterator[str]:
    """The file, line after line: separated as spreadsheets of the reader's language expect it, amounts as they read
    them. `lines` are read in it too: a file is still being sent when the language of its request is over."""
    with override(language):
        yield from _written(lines)


def _written(lines: Iterable[tuple[Line, date]]) -> Iterator[str]:
    mark = formats.decimal_mark()
    kept = StringIO()
    writer = csv.writer(kept, delimiter=";" if mark == "," else ",")
    yield MARK
    writer.writerow(_heads())
    for line, on in lines:
        writer.writerow(_cells(line, on, mark))
        if kept.tell() > 60_000:
            yield _taken(kept)
    yield _taken(kept)


def _taken(kept: StringIO) -> str:
    text = kept.getvalue()
    kept.seek(0)
    kept.truncate()
    return text


def _heads() -> list[str]:
    sums = [_("Total open"), _("Unapplied money"), _("Credit notes"), _("Balance"), _("of which disputed")]
    return [_("As of"), _("Entity"), _("Account"), _("Name"), _("Customers"), _("Currency"), *heads(), *sums]


def _cells(line: Line, on: date, mark: str) -> list[str]:
    account = line.customer.external_id if line.customer else ""
    texts = [line.entity.code, account, line.label]
    amounts = [_plain(amount, line.currency, mark) for amount in _amounts(line.aged)]
    return [on.isoformat(), *map(harmless, texts), str(line.customers), line.currency, *amounts]


def _amounts(aged: Aged) -> list[Decimal]:
    return [*aged.buckets, aged.open, aged.unapplied, aged.credit_notes, aged.balance, aged.disputed]


def _plain(amount: Decimal, currency: str, mark: str) -> str:
    return f"{amount:.{decimals(currency)}f}".replace(".", mark)
