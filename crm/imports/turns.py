"""Who writes the books of an entity when: one file, or many transmissions side by side."""

from django.db import connection

from crm.accounts.models import Entity

FILE = "select pg_advisory_xact_lock(hashtext('books'), %s), pg_advisory_xact_lock_shared(hashtext('merges'), %s)"
FEED = FILE.replace("xact_lock(", "xact_lock_shared(")


def turn_of_a_file(entity: Entity) -> None:
    """Nothing comes through the API, and no customers are merged, until the end of the transaction: what is new, and of
    whom, holds until it is written. One statement."""
    _wait(FILE, entity)


def turn_of_a_feed(entity: Entity) -> None:
    """No file is written and no customers are merged until the end of the transaction. One statement."""
    _wait(FEED, entity)


def _wait(statement: str, entity: Entity) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [entity.pk, entity.pk])


def turn_of_an_undoing(entity: Entity) -> None:
    """Until the end of the transaction, which is short, no undoing of an import is asked for, and no night begins: each
    sees whether the other has."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('undoing'), %s)", [entity.pk])


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
