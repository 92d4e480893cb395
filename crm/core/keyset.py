"""Pages of a list by "what comes after this row": page one and page ten thousand cost the same, nothing is counted."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True)
class Sort:
    """An order: `field` is a column or annotation that is never null; the primary key breaks ties."""

    field: str
    descending: bool = False

    @property
    def ordering(self) -> tuple[str, str]:
        """What order_by takes."""
        return ("-" if self.descending else "") + self.field, "pk"

    def beyond(self, value: Any, pk: int) -> Q:
        """Rows that come after the row with this value and key."""
        side = "lt" if self.descending else "gt"
        later = Q(**{f"{self.field}__{side}": value}) | Q(**{self.field: value, "pk__gt": pk})
        # The redundant bound lets an index on the field start at the right place.
        return later & Q(**{f"{self.field}__{side}e": value})


@dataclass(frozen=True)
class Page(Generic[Row]):
    """Some rows, and the cursor of the next ones (empty on the last page)."""

    rows: list[Row]
    after: str


class BadCursor(ValueError):
    """The address holds a cursor that we never made."""


def first(queryset: QuerySet[Row], sort: Sort, count: int) -> QuerySet[Row]:
    """The first `count` rows in the order `sort`."""
    return queryset.order_by(*sort.ordering)[:count]


def page(
    queryset: QuerySet[Row],
    sort: Sort,
    *,
    after: str = "",
    size: int = 50,
    pick: Callable[[QuerySet[Row], Sort, int], QuerySet[Row]] = first,
) -> Page[Row]:
    """The `size` rows that follow the cursor `after`; one query. `pick` knows a shorter way. Raises BadCursor."""
    if after:
        queryset = queryset.filter(sort.beyond(*_decoded(after)))
    rows = list(pick(queryset, sort, size + 1))
    if len(rows) <= size:
        return Page(rows, "")
    last = rows[size - 1]
    return Page(rows[:size], cursor_of(getattr(last, sort.field), last.pk))


def cursor_of(value: Any, pk: int) -> str:
    """What leads to the rows after the one with this value and key."""
    return urlsafe_b64encode(json.dumps([str(value), pk]).encode()).decode().rstrip("=")


def _decoded(cursor: str) -> tuple[str, int]:
    try:
        value, pk = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (BadBase64, ValueError, TypeError) as error:
        raise BadCursor(cursor) from error
    if not isinstance(value, str) or not isinstance(pk, int):
        raise BadCursor(cursor)
    return value, pk
