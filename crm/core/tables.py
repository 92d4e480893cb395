"""django-tables2 over rows that the database has already sorted and cut."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import django_tables2
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_tables2.data import TableListData

from crm.core import formats

# More characters than this do not fit a column of amounts at its usual size.
USUAL_LENGTH = 15


def amount(value: Decimal, currency: str, css: str) -> SafeString:
    """An amount in a cell, smaller when it has twelve digits: it is never cut nor laid over its neighbour."""
    text = formats.money(value, currency)
    return format_html(
        '<span class="num {}{}">{}</span>', css, " amount-long" if len(text) > USUAL_LENGTH else "", text
    )


class SortedRows(TableListData):
    """Rows of one page: the table draws them and never sorts them again."""

    def order_by(self, aliases: Sequence[str]) -> None:
        """Already done by the database."""


class PageTable(django_tables2.Table):
    """A table drawn by our template; `sort` is the name in the address, `-` before it for descending."""

    class Meta:
        template_name = "tables/page_table.html"
        attrs = {"class": "table-flat as-cards"}
        orderable = False

    def __init__(self, rows: Sequence[Any], **options: Any) -> None:
        super().__init__(SortedRows(list(rows)), order_by_field="sort", **options)
