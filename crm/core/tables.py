"""django-tables2 over rows that the database has already sorted and cut."""

from collections.abc import Sequence
from typing import Any

import django_tables2
from django_tables2.data import TableListData


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
