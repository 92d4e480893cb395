"""Pages of a list by "what comes after this row": page one and page ten thousand cost the same, nothing is counted."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)
# The values of a cursor: that of the field, as text, then the ties and the key. Empty before the first row.
Start = tuple[Any, ...]


@dataclass(frozen=True)
class Sort:
    """An order: `field` is a column or annotation that is never null; `then`, whole numbers, and the primary key break
    ties, ascending."""

    field: str
    descending: bool = False
    then: tuple[str, ...] = ()

    @property
    def ordering(self) -> tuple[str, ...]:
        """What order_by takes."""
        return ("-" if self.descending else "") + self.field, *self.then, "pk"

    def beyond(self, value: Any, *ties: int) -> Q:
        """Rows that come after the row with this value, these values of `then` and this key."""
        side, same = "lt" if self.descending else "gt", Q(**{self.field: value})
        later = Q(**{f"{self.field}__{side}": value})
        for name, tie in zip((*self.then, "pk"), ties, strict=True):
            later |= same & Q(**{f"{name}__gt": tie})
            same &= Q(**{name: tie})
        # The redundant bound lets an index on the field start at the right place.
        return later & Q(**{f"{self.field}__{side}e": value})

    def cursor(self, row: Model) -> str:
        """What leads to the rows after this one."""
        return cursor_of(*(getattr(row, name) for name in (self.field, *self.then, "pk")))


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the cursor of the next ones (empty on the last page)."""

    rows: list[Row]
    after: str


class BadCursor(ValueError):
    """The address holds a cursor that we never made."""


def first(queryset: QuerySet[Row], sort: Sort, count: int, start: Start = ()) -> QuerySet[Row]:
    """The first `count` rows in the order `sort`."""
    return queryset.order_by(*sort.ordering)[:count]


def page(
    queryset: QuerySet[Row],
    sort: Sort,
    *,
    after: str = "",
    size: int = 50,
    pick: Callable[[QuerySet[Row], Sort, int, Start], QuerySet[Row]] = first,
) -> Page[Row]:
    """The `size` rows that follow the cursor `after`; one query. `pick` knows a shorter way; it is told where the page
    starts, though the queryset is already cut there. Raises BadCursor."""
    start = _decoded(after, len(sort.then) + 1) if after else ()
    if start:
        queryset = queryset.filter(sort.beyond(*start))
    rows = list(pick(queryset, sort, size + 1, start))
    if len(rows) <= size:
        return Page(rows, "")
    return Page(rows[:size], sort.cursor(rows[size - 1]))


def cursor_of(value: Any, *ties: int) -> str:
    """What leads to the rows after the one with this value, these values of `then` and this key."""
    return urlsafe_b64encode(json.dumps([str(value), *ties]).encode()).decode().rstrip("=")


def _decoded(cursor: str, ties: int) -> Start:
    try:
        value, *rest = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (BadBase64, ValueError, TypeError) as error:
        raise BadCursor(cursor) from error
    if not isinstance(value, str) or len(rest) != ties or not all(isinstance(tie, int) for tie in rest):
        raise BadCursor(cursor)
    return value, *rest
