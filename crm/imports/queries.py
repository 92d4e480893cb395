"""Imports as a person may see them, and how fresh the books they brought are."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet

from crm.accounts.models import Entity
from crm.accounts.queries import entities_of
from crm.imports.models import Batch, LastFeed, Status


def batches_of(user: Any) -> QuerySet[Batch]:
    """The imports of the person's entities, the latest first."""
    return Batch.objects.filter(entity__in=entities_of(user)).select_related("entity", "by").order_by("-id")


def waits_for(batch: Batch) -> Batch | None:
    """The import of the same entity that is at work while this one waits for its turn; None when it does not."""
    if batch.status != Status.RECEIVED:
        return None
    at_work = Batch.objects.filter(entity=batch.entity_id, status__in=(Status.READING, Status.WRITING, Status.UNDOING))
    return at_work.exclude(pk=batch.pk).order_by("asked_at").first()


def being_undone(entities: Iterable[Entity]) -> dict[int, Batch]:
    """The import of each of these entities that is being undone, or is to be; by their keys, in one statement."""
    return {batch.entity_id: batch for batch in Batch.objects.filter(entity__in=entities, status=Status.UNDOING)}


def first_feed_at(entity: Entity) -> datetime | None:
    """When the API began the books; None: never, or they were there before."""
    return LastFeed.objects.filter(entity=entity).values_list("first_at", flat=True).first()


class Books(NamedTuple):
    """How old the books of an entity are: the day they last came in, if ever, and whether the entity calls that stale
    (see Entity.stale_after_days)."""

    on: date | None
    stale: bool


def books_of(days: Mapping[Entity, date], *, at: datetime) -> dict[int, Books]:
    """The books of entities as they were at the instant `at`, each judged on a day of its own; by their keys, in one
    statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select asked.entity, books.books_on, books.stale
            from unnest(%s::bigint[], %s::date[]) asked (entity, day)
            cross join lateral books_of(asked.entity, asked.day, %s) books""",
            [[entity.pk for entity in days], [*days.values()], at],
        )
        return {entity: Books(on, stale) for entity, on, stale in cursor.fetchall()}


def books_seen_at(entity: Entity, *, by: datetime) -> datetime | None:
    """When what is owed or paid last came in by then, from a file or through the API; None: never."""
    with connection.cursor() as cursor:
        cursor.execute("select books_seen_at(%s, %s)", [entity.pk, by])
        (seen_at,) = cursor.fetchone()
    found: datetime | None = seen_at
    return found
