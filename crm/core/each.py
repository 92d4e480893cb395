"""The same work on many rows, each in a transaction of its own, while a person waits."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from django.db import OperationalError

from crm.core.errors import BUSY
from crm.core.waiting import in_the_way

# So many that others are writing, each waited for, and the rest is left.
MOST_BUSY = 2
Row = TypeVar("Row")
Result = TypeVar("Result")


@dataclass
class Tried(Generic[Row, Result]):
    """What became of rows: those done with what came of it, those refused with why, and those left."""

    done: list[tuple[Row, Result]] = field(default_factory=list)
    refused: list[tuple[Row, object]] = field(default_factory=list)
    left: list[Row] = field(default_factory=list)


def each(rows: Iterable[Row], work: Callable[[Row], Result], *refusals: type[Exception]) -> Tried[Row, Result]:
    """Do the work on each row: one that is refused, or that others write, does not stop the rest. After MOST_BUSY that
    others write the rest is left, for each would be waited for as long."""
    tried, coming, busy = Tried[Row, Result](), list(rows), 0
    while coming and busy < MOST_BUSY:
        row = coming.pop(0)
        try:
            tried.done.append((row, work(row)))
        except refusals as refusal:
            tried.refused.append((row, refusal))
        except OperationalError as error:
            if not in_the_way(error):
                raise
            tried.refused.append((row, BUSY))
            busy += 1
    tried.left = coming
    return tried
