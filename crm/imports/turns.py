"""Who writes the books of an entity when: one file, or many transmissions side by side."""

from django.db import connection

from crm.accounts.models import Entity

FILE = "select pg_advisory_xact_lock(hashtext('books'), %s), pg_advisory_xact_lock_shared(hashtext('merges'), %s)"
FEED = (
    "select pg_advisory_xact_lock_shared(hashtext('books'), %s), pg_advisory_xact_lock_shared(hashtext('merges'), %s)"
)


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
