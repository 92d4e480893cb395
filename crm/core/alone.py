"""Work one process does at a time. What a dead one held, the database lets go of at once: nobody waits for a lease."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import InterfaceError, OperationalError, connection

TAKE = "select pg_try_advisory_lock(hashtextextended(%s, 0))"
LET_GO = "select pg_advisory_unlock(hashtextextended(%s, 0))"


@contextmanager
def alone(work: str) -> Iterator[bool]:
    """Whether no other process is at this work; none will be then until the end of the block, however many transactions
    there are in it."""
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [work])
        free = bool(cursor.fetchone()[0])
    try:
        yield free
    finally:
        if free:
            _let_go(work)


def _let_go(work: str) -> None:
    # A connection that was lost holds nothing any more.
    with suppress(OperationalError, InterfaceError), connection.cursor() as cursor:
        cursor.execute(LET_GO, [work])
