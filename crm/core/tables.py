"""django-tables2 over rows that the database has already sorted and cut."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import django_tables2
from django.utils.functional import cached_property
from django.utils.safestring import SafeString
from django_tables2.data import TableListData

from crm.core import formats
from crm.core.markup import addresses, escaped, fill

# More characters than this do not fit a column of amounts at its usual size.
USUAL_LENGTH = 15


def column(label: Any, css: str, *, end: bool = False, orderable: bool | None = None) -> django_tables2.Column:
    """A column written by the table's `render_NAME(record)`; `css` names head and cells, `end` aligns its figures."""
    side = " end" if end else ""
    attrs = {"th": {"class": f"col-{css}{side}"}, "td": {"class": f"cell-{css}{side}"}}
    return django_tables2.Column(accessor="pk", verbose_name=label, attrs=attrs, empty_values=(), orderable=orderable)


def amount(value: Decimal, currency: str, css: str) -> SafeString:
    """An amount in a cell, smaller when it has twelve digits: it is never cut nor laid over its neighbour."""
    text = formats.money(value, currency)
    return fill('<span class="num %s%s">%s</span>', css, " amount-long" if len(text) > USUAL_LENGTH else "", text)


class SortedRows(TableListData):
    """Rows of one page: the table draws them and never sorts them again."""

    def order_by(self, aliases: Sequence[str]) -> None:
        """Already done by the database."""


class PageTable(django_tables2.Table):
    """A table drawn by our template; `sort` is the name in the address, `-` before it for descending.

    Each row leads to the page of a customer. Cells are written by `render_NAME(record)`, which gives text or HTML.
    """

    class Meta:
        template_name = "tables/page_table.html"
        attrs = {"class": "table-flat as-cards"}
        orderable = False

    def __init__(self, rows: Sequence[Any], **options: Any) -> None:
        super().__init__(SortedRows(list(rows)), order_by_field="sort", **options)

    def customer_of(self, record: Any) -> int:
        """The key of the customer a row leads to."""
        raise NotImplementedError

    @cached_property
    def page_of(self) -> Callable[[int], str]:
        """The address of the page of a customer, by his key."""
        return addresses("customer")

    def body(self) -> SafeString:
        """All rows. The library asks anew for the accessor, the attributes and the signature of every cell, which made
        three quarters of the time of a page."""
        cells = [(f"<td {column.attrs['td'].as_html()}>", column.render) for column in self.columns]
        return SafeString("\n".join(self._row(record, cells) for record in self.data))

    def _row(self, record: Any, cells: list[tuple[str, Callable[..., Any]]]) -> str:
        drawn = "</td>".join([f"{opening}{escaped(write(record=record))}" for opening, write in cells])
        return f'<tr data-row="{record.pk}" data-page="{self.page_of(self.customer_of(record))}">{drawn}</td></tr>'
