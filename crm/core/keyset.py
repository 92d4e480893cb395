"""Pages of a list by "what comes after this row": page one and page ten thousand cost the same, nothing is counted."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as BadBase64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC
from typing import Any, Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db.models import CharField, DateTimeField, F, Func, Model, Q, QuerySet, TextField, Value
from django.db.models.lookups import GreaterThan, LessThan

Row = TypeVar("Row", bound=Model)
# The values of a cursor: that of the field, as text, then the ties and the key. Empty before the first row.
Start = tuple[Any, ...]


class Pair(Func):
    """Two values compared as one, (a, b) < (c, d): what an index on both is entered by."""

    template = "(%(expressions)s)"
    output_field = TextField()


@dataclass(frozen=True)
class Sort:
    """An order: `field` is a column or annotation that is never null; `then`, whole numbers or texts, and the primary
    key break ties, ascending. With `along` the key, alone, follows the direction of the field, as an index read
    backwards does.
    """

    field: str
    descending: bool = False
    then: tuple[str, ...] = ()
    along: bool = False

    @property
    def ordering(self) -> tuple[str, ...]:
        """What order_by takes."""
        key = "-pk" if self.along and self.descending else "pk"
        return ("-" if self.descending else "") + self.field, *self.then, key

    def beyond(self, value: Any, *ties: int | str) -> Q:
        """Rows that come after the row with this value, these values of `then` and this key."""
        side = "lt" if self.descending else "gt"
        # The redundant bound lets an index on the field start at the right place, and refuses what is no value of it.
        bound = Q(**{f"{self.field}__{side}e": value})
        if self.along:
            place, here = Pair(F(self.field), F("pk")), Pair(Value(value), Value(ties[-1]))
            return bound & Q(LessThan(place, here) if self.descending else GreaterThan(place, here))
        later, same = Q(**{f"{self.field}__{side}": value}), Q(**{self.field: value})
        for name, tie in zip((*self.then, "pk"), ties, strict=True):
            later |= same & Q(**{f"{name}__gt": tie})
            same &= Q(**{name: tie})
        return later & bound

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
    start = _decoded(after, [_kind(queryset, name) for name in (*sort.then, "pk")]) if after else ()
    if start:
        try:
            if sort.along:
                start = (_value(queryset, sort.field, start[0]), *start[1:])
            _within_the_calendar(queryset, sort.field, str(start[0]))
            queryset = queryset.filter(sort.beyond(*start))
        except (ValueError, OverflowError, ValidationError) as error:  # a value of another order, or of none
            raise BadCursor(after) from error
    rows = list(pick(queryset, sort, size + 1, start))
    if len(rows) <= size:
        return Page(rows, "")
    return Page(rows[:size], sort.cursor(rows[size - 1]))


def _kind(queryset: QuerySet[Any], name: str) -> type:
    """What a cursor holds of a column or annotation that breaks ties."""
    return str if isinstance(_column(queryset, name), CharField | TextField) else int


def _value(queryset: QuerySet[Any], field: str, said: str) -> Any:
    """What a cursor says of a column or annotation, as a value of it: not every text Python takes for a number is one
    to the database. Raises ValueError, ValidationError."""
    return _column(queryset, field).get_prep_value(said)


def _within_the_calendar(queryset: QuerySet[Any], field: str, said: str) -> None:
    """Raises OverflowError for an instant whose day in UTC is of no year."""
    column = _column(queryset, field)
    if isinstance(column, DateTimeField) and (instant := column.to_python(said)) and instant.tzinfo:
        instant.astimezone(UTC)


def _column(queryset: QuerySet[Any], name: str) -> Any:
    annotation = queryset.query.annotations.get(name)
    if annotation is not None:
        return annotation.output_field
    meta = queryset.model._meta
    return meta.pk if name == "pk" else meta.get_field(name)


def cursor_of(value: Any, *ties: int | str) -> str:
    """What leads to the rows after the one with this value, these values of `then` and this key."""
    return urlsafe_b64encode(json.dumps([str(value), *ties]).encode()).decode().rstrip("=")


def _decoded(cursor: str, ties: list[type]) -> Start:
    try:
        value, *rest = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (BadBase64, ValueError, TypeError) as error:
        raise BadCursor(cursor) from error
    if len(rest) != len(ties) or not all(map(_is_one, (value, *rest), (str, *ties))):
        raise BadCursor(cursor)
    return value, *rest


def _is_one(value: Any, kind: type) -> bool:
    """Whether it is of the kind, and a text one the database can hold."""
    if not isinstance(value, str):
        return isinstance(value, kind)
    return kind is str and "\0" not in value and not any("\ud800" <= letter <= "\udfff" for letter in value)
