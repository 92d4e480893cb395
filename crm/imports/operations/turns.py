"""One import of an entity at a time, and its undoing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, connection
from psycopg.errors import UniqueViolation

from crm.accounts.models import Entity


class NotYet(Exception):
    """What must end first has not ended: nothing was done, come back later."""


def take_turn(entity: Entity, *, waits: bool) -> None:
    """Until the end of the transaction nobody else imports into `entity`, nor undoes an import of it.

    Raises NotYet where somebody does and `waits` is false: a process that waits for a large import does nothing else,
    and a worker has few.
    """
    with connection.cursor() as cursor:
        if waits:
            cursor.execute("select pg_advisory_xact_lock(hashtext('imports'), %s)", [entity.pk])
            return
        cursor.execute("select pg_try_advisory_xact_lock(hashtext('imports'), %s)", [entity.pk])
        if not cursor.fetchone()[0]:
            raise NotYet()


@contextmanager
def meeting_others() -> Iterator[None]:
    """Ends the block where what is inside was undone because the API wrote a document of the same identifier meanwhile:
    once more, and it is one that is known."""
    try:
        yield
    except IntegrityError as error:
        if not isinstance(error.__cause__, UniqueViolation):
            raise
