"""How many messages of a channel an entity lets leave in a day; what is above waits for the following days.

The counter is a row per entity, channel and day, raised in the transaction that reserves a message, or puts letters in
a print batch: two workers cannot both take the last place, and a reservation undone gives its place back. A message
notes the day it takes a place of (`counts_on`), so that only a place that was taken is given back.
"""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import Case, F, When

from crm.accounts.models import Entity
from crm.core import sql
from crm.customers.models import Channel
from crm.events.operations import emit
from telephony.core.channels import channels
from telephony.messaging.models import Message, SendingDay

PACKAGE = "telephony.messaging"
SETTINGS = {
    Channel.EMAIL: "max_emails_a_day",
    Channel.POST: "max_letters_a_day",
    Channel.SMS: "max_texts_a_day",
}
TAKE = """
insert into messaging_sendingday as day (entity_id, channel, "on", number)
select %(entity_id)s, %(channel)s, %(on)s, 1 where %(ceiling)s > 0
on conflict (entity_id, channel, "on") do update set number = day.number + 1 where day.number < %(ceiling)s
returning number
"""
GIVE_BACK = """
with placed as (
    select id, entity_id, channel, counts_on from messaging_message
    where id = any(%(ids)s) and counts_on is not null order by id for update
), free as (
    update messaging_message m set counts_on = null from placed where m.id = placed.id
), fewer as (
    select entity_id, channel, counts_on, count(*) as number from placed group by entity_id, channel, counts_on
)
update messaging_sendingday day set number = greatest(day.number - fewer.number, 0)
from fewer where day.entity_id = fewer.entity_id and day.channel = fewer.channel and day."on" = fewer.counts_on
"""
FULL = """
insert into messaging_sendingday as day (entity_id, channel, "on", full_at)
values (%(entity_id)s, %(channel)s, %(on)s, %(at)s)
on conflict (entity_id, channel, "on") do update set full_at = excluded.full_at where day.full_at is null
returning id
"""


def ceiling(entity: Entity, channel: str) -> int | None:
    """Messages a day at most; None: as many as there are."""
    name = SETTINGS.get(Channel(channel))
    return getattr(entity, name) if name else None


def ceilings_of(entity: Entity) -> dict[str, int]:
    """The ceilings of the channels that have one."""
    return {str(channel): most for channel in SETTINGS if (most := ceiling(entity, channel)) is not None}


def local_day(entity: Entity, at: datetime) -> date:
    """The day a message that leaves at `at` counts for: that of the clock, also where the books stand on another."""
    return at.astimezone(ZoneInfo(entity.time_zone)).date()


def next_day(entity: Entity, at: datetime) -> datetime:
    """The first instant of the following day."""
    return datetime.combine(local_day(entity, at) + timedelta(days=1), time.min, ZoneInfo(entity.time_zone))


def most_a_day() -> Case:
    """The ceiling of the channel of a message, to be read with it: what a supervisor sets counts for the next message,
    whatever is remembered of the entity."""
    return Case(*(When(channel=channel, then=F(f"entity__{name}")) for channel, name in SETTINGS.items()))


def is_full(message: Message, most: int | None, *, at: datetime) -> bool:
    """Whether the day has no place left; read without a lock, to spare the work of composing."""
    return most is not None and not _left(message.entity, message.channel, most, at=at)


def places_left(entity: Entity, channel: str, *, at: datetime) -> int | None:
    """How many more may leave on the day of `at`; None: as many as there are. Read without a lock."""
    most = ceiling(entity, channel)
    return None if most is None else _left(entity, channel, most, at=at)


def full_until(entity: Entity, channel: str, *, at: datetime) -> datetime | None:
    """When the next message of a channel may leave, if none may any more on the day of `at`. What leaves by batch takes
    its place there: None."""
    by_batch = channel in channels and channels[channel].by_batch
    return next_day(entity, at) if not by_batch and places_left(entity, channel, at=at) == 0 else None


def _left(entity: Entity, channel: str, most: int, *, at: datetime) -> int:
    taken = SendingDay.objects.filter(**_key(entity, channel, at)).values_list("number", flat=True).first()
    return max(most - (taken or 0), 0)


def take_place(message: Message, most: int, *, at: datetime) -> date | None:
    """Take one of the places of the day, until the transaction is undone; that day, None when it has none left."""
    given = _key(message.entity, message.channel, at)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, given | {"ceiling": most})
        return given["on"] if cursor.fetchone() else None


@transaction.atomic
def take_places(entity: Entity, channel: str, message_ids: Sequence[int], *, at: datetime) -> list[int]:
    """Take a place for each of these messages while there is one; those that have one, all without a ceiling."""
    most = ceiling(entity, channel)
    if most is None:
        return list(message_ids)
    key = _key(entity, channel, at)
    day, _created = SendingDay.objects.select_for_update(of=("self",)).get_or_create(**key)
    taken = list(message_ids[: max(most - day.number, 0)])
    SendingDay.objects.filter(pk=day.pk).update(number=F("number") + len(taken))
    Message.objects.filter(pk__in=taken).update(counts_on=key["on"])
    return taken


def give_back(message_ids: Sequence[int]) -> None:
    """What surely did not leave takes no place of the day it took one of."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, {"ids": list(message_ids)})


@transaction.atomic
def tell_full(entity: Entity, channel: str, most: int, *, at: datetime) -> None:
    """Once a day and channel: what is above waits, and the supervisors are told (event "outbox.full")."""
    given = _key(entity, channel, at)
    with connection.cursor() as cursor:
        cursor.execute(FULL, given | {"at": at})
        first = cursor.fetchone() is not None
    if first:
        told = {"channel": channel, "on": given["on"].isoformat(), "ceiling": most}
        emit("outbox.full", entity_id=entity.pk, payload=told, at=at)


def put_off_above(entity: Entity, *, weights_sql: str, origin: str, at: datetime, tell: bool = True) -> dict[str, int]:
    """Spread what is due today above the ceilings over the following days; how many were put off, by channel.

    `weights_sql`: SELECT (origin_id, weight) of messages of `origin`, which may name %(entity)s and %(on)s; the
    heaviest leave first. One statement, none without a ceiling. `tell` the supervisors of what was put off. What a
    worker holds is left to the worker, who asks for a place himself.
    """
    ceilings = ceilings_of(entity)
    if not ceilings:
        return {}
    on = local_day(entity, at)
    params: dict[str, Any] = {
        "entity": entity.pk,
        "origin": origin,
        "on": on,
        "ends_at": next_day(entity, at),
        "zone": entity.time_zone,
        "channels": list(ceilings),
        "ceilings": list(ceilings.values()),
    }
    statement = sql.statement(PACKAGE, "put_off").replace("/* weights */", weights_sql)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        above: dict[str, int] = dict(cursor.fetchall())
    for channel in above if tell else ():
        tell_full(entity, channel, ceilings[channel], at=at)
    return above


def _key(entity: Entity, channel: str, at: datetime) -> dict[str, Any]:
    return {"entity_id": entity.pk, "channel": str(channel), "on": local_day(entity, at)}
