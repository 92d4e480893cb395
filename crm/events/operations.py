"""Telling what happened, and seeing to it that everyone concerned reacts."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple

import structlog
from django.db import connection, transaction
from django.db.models import Q
from kombu.exceptions import OperationalError
from psycopg.types.json import Jsonb

from crm.core import sql
from crm.core.waiting import in_the_way
from crm.events.models import Delivery
from crm.events.registry import consumers, consumers_of

log = structlog.get_logger(__name__)

# Consumers to wake at the end of `waking_once`; None outside it.
_gathered: ContextVar[set[str] | None] = ContextVar("consumers_to_wake", default=None)

EMIT = """
with happened as (
    insert into events_event (entity_id, customer_id, kind, payload, at)
    select entity_id, customer_id, %(kind)s, payload, %(at)s from ({candidates}) as candidate
    returning id
), told as (
    insert into events_delivery (event_id, consumer, failures, last_error)
    select id, consumer, 0, '' from happened cross join unnest(%(consumers)s::text[]) as consumer
)
select {told} from happened
"""
ONE = "select %(entity_id)s::bigint as entity_id, %(customer_id)s::bigint as customer_id, %(payload)s::jsonb as payload"

# After so many failures a person looks at it (admin: « try again »); the waits add up to about a day.
TRIES = 12
LONGEST_WAIT = timedelta(hours=6)
IN_THE_WAY = 3  # how often the same events are handed over in one go while others write what they touch
PAGE = 5_000  # events forgotten in one statement


def emit(
    kind: str, *, entity_id: int, customer_id: int | None = None, payload: Mapping[str, Any] | None = None, at: datetime
) -> int:
    """Write an event and what each consumer has to do about it, in one statement; return its id.

    Call it in the transaction of the change it tells of. Consumers are woken after the commit.
    """
    given = {"entity_id": entity_id, "customer_id": customer_id, "payload": Jsonb(dict(payload or {}))}
    return emit_many(kind, ONE, given, at=at)[0]


def emit_many(kind: str, candidates_sql: str, params: Mapping[str, Any], *, at: datetime) -> list[int]:
    """Write one event per row of a SELECT giving (entity_id, customer_id, payload jsonb); return their ids.

    `params` are named; the names kind, at and consumers are taken.
    """
    return [id_ for (id_,) in _emit("id", kind, candidates_sql, params, at=at)]


def emit_each(kind: str, candidates_sql: str, params: Mapping[str, Any], *, at: datetime) -> int:
    """As `emit_many`; return how many, for events too numerous to be held in memory."""
    return int(_emit("count(*)", kind, candidates_sql, params, at=at)[0][0])


def _emit(told: str, kind: str, candidates_sql: str, params: Mapping[str, Any], *, at: datetime) -> list[tuple[int]]:
    concerned = consumers_of(kind)
    with connection.cursor() as cursor:
        cursor.execute(
            EMIT.format(candidates=candidates_sql, told=told),
            {**params, "kind": kind, "at": at, "consumers": concerned},
        )
        found: list[tuple[int]] = cursor.fetchall()
    if found and found[0][0]:
        wake(concerned)
    return found


def wake(names: list[str]) -> None:
    """After the commit, ask a worker to serve these consumers, once per transaction and consumer."""
    planned = [hook[1] for hook in connection.run_on_commit]
    for name in names:
        if (waker := _waker(name)) not in planned:
            # robust: a broker that is down must not undo a committed change; the sweeper delivers later.
            transaction.on_commit(waker, robust=True)


@cache
def _waker(consumer: str) -> Callable[[], Any]:
    # Not a partial: when a robust hook fails, Django names it.
    def wake_consumer() -> None:
        gathered = _gathered.get()
        if gathered is None:
            _send_for(consumer)
        else:
            gathered.add(consumer)

    return wake_consumer


def _send_for(consumer: str) -> None:
    from crm.events.tasks import deliver  # the tasks call the operations of this module

    deliver.delay(consumer)


@contextmanager
def waking_once() -> Iterator[None]:
    """Within it the consumers of many transactions are woken once each, at the end, and not after every commit. One
    that is not (the process died, the broker is down) is found by the sweeper."""
    gathered: set[str] = set()
    token = _gathered.set(gathered)
    try:
        yield
    finally:
        _gathered.reset(token)
        for consumer in sorted(gathered):
            try:
                _send_for(consumer)
            except OperationalError:
                log.warning("consumer_not_woken", consumer=consumer, exc_info=True)


def waiting(consumer: str, *, at: datetime) -> Any:
    """Deliveries this consumer may try at `at`."""
    return Delivery.objects.filter(
        Q(retry_at__isnull=True) | Q(retry_at__lte=at), consumer=consumer, processed_at__isnull=True, failures__lt=TRIES
    )


def deliver_waiting(consumer: str, *, at: datetime) -> int:
    """Hand the waiting events to a consumer, oldest first, as many at once as it takes, each time in its own
    transaction; return how many went well. A set it did not take is given to it one by one; one that others were in the
    way of (a deadlock) is first given to it again.

    Several workers may run it at once: a row held by another is passed over. A doubled wake-up finds nothing left.
    """
    done, last, alone_until, most = 0, 0, 0, consumers[consumer].most
    while handed := _deliver_next(consumer, after=last, most=1 if last < alone_until else most, at=at):
        if handed.taken is None:
            alone_until = handed.last
        else:
            last, done = handed.last, done + handed.taken
    return done


class Handed(NamedTuple):
    """Events up to `last`; how many were taken, None where a set was not."""

    last: int
    taken: int | None


@transaction.atomic
def _deliver_next(consumer: str, *, after: int, most: int, at: datetime) -> Handed | None:
    rows = waiting(consumer, at=at).filter(event__gt=after).order_by("event_id").select_related("event")
    deliveries = list(rows.select_for_update(skip_locked=True, of=("self",))[:most])
    if not deliveries:
        return None
    last, error = deliveries[-1].event_id, _try(deliveries, at=at)
    if error is None:
        Delivery.objects.filter(pk__in=[each.pk for each in deliveries]).update(processed_at=at, retry_at=None)
        return Handed(last, len(deliveries))
    if len(deliveries) > 1:
        return Handed(last, None)
    _try_later(deliveries[0], error, at=at)
    return Handed(last, 0)


def _try(deliveries: list[Delivery], *, at: datetime) -> Exception | None:
    """Hand over these events of one consumer; what went wrong. Any failure is counted and tried again: one bad event
    must not stop those behind it. What others were in the way of is tried again at once, as it is."""
    consumer, events = consumers[deliveries[0].consumer], [delivery.event for delivery in deliveries]
    for event in events:
        event.delivered_at = at
    for left in reversed(range(IN_THE_WAY)):
        try:
            with transaction.atomic():
                consumer.handler(events)
        except Exception as error:
            ids, told = [event.pk for event in events[:10]], {"consumer": consumer.name, "together": len(events)}
            if left and in_the_way(error):
                log.warning("event_in_the_way", event_ids=ids, **told, exc_info=True)
                continue
            log.exception("event_not_delivered", event_ids=ids, **told)
            return error
        return None
    raise AssertionError


def _try_later(delivery: Delivery, error: Exception, *, at: datetime) -> None:
    delivery.failures += 1
    delivery.last_error = f"{type(error).__name__}: {error}"[:2000]
    delivery.retry_at = at + min(timedelta(minutes=2**delivery.failures), LONGEST_WAIT)
    delivery.save(update_fields=["failures", "last_error", "retry_at"])


def sweep(*, at: datetime) -> dict[str, int]:
    """Deliver what a lost wake-up or a failure left behind; return how many per consumer."""
    return {name: deliver_waiting(name, at=at) for name in sorted(consumers)}


def forget(*, before: datetime, page: int = PAGE) -> int:
    """Remove the events of before that instant everybody has taken; how many. What a consumer still has to see, or was
    given up, stays. Each page in its own transaction: nobody waits for them."""
    return sql.paged("crm.events", "forget", {"before": before, "page": page})
