"""How many messages of a channel an entity lets leave in a day; what is above waits for the following days.

The counter is a row per entity, channel and day, raised in the transaction that reserves a message: two workers cannot
both take the last place, and a reservation undone gives its place back.
"""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection
from django.db.models import F

from crm.accounts.models import Entity
from crm.core import sql
from crm.customers.models import Channel
from crm.events.operations import emit
from telephony.messaging.models import Message, SendingDay

PACKAGE = "telephony.messaging"
SETTINGS = {
    Channel.EMAIL: "max_emails_a_day",
    Channel.POST: "max_letters_a_day",
    Channel.SMS: "max_texts_a_day",
}
TAKE = """
insert into messaging_sendingday as day (entity_id, channel, "on", number)
select %(entity)s, %(channel)s, %(on)s, 1 where %(ceiling)s > 0
on conflict (entity_id, channel, "on") do update set number = day.number + 1 where day.number < %(ceiling)s
returning number
"""
FULL = """
insert into messaging_sendingday as day (entity_id, channel, "on", full_at)
values (%(entity)s, %(channel)s, %(on)s, %(at)s)
on conflict (entity_id, channel, "on") do update set full_at = excluded.full_at where day.full_at is null
returning id
"""


def ceiling(entity: Entity, channel: str) -> int | None:
    """Messages a day at most; None: as many as there are."""
    name = SETTINGS.get(Channel(channel))
    return getattr(entity, name) if name else None


def local_day(entity: Entity, at: datetime) -> date:
    """The day a message that leaves at `at` counts for: that of the clock, also where the books stand on another."""
    return at.astimezone(ZoneInfo(entity.time_zone)).date()


def next_day(entity: Entity, at: datetime) -> datetime:
    """The first instant of the following day."""
    return datetime.combine(local_day(entity, at) + timedelta(days=1), time.min, ZoneInfo(entity.time_zone))


def is_full(message: Message, *, at: datetime) -> bool:
    """Whether the day has no place left; read without a lock, to spare the work of composing."""
    most = ceiling(message.entity, message.channel)
    if most is None:
        return False
    on = local_day(message.entity, at)
    taken = SendingDay.objects.filter(entity=message.entity_id, channel=message.channel, on=on, number__gte=most)
    return most == 0 or taken.exists()


def take_place(message: Message, *, at: datetime) -> bool:
    """Take one of the places of the day, until the transaction is undone; False when there is none left."""
    most = ceiling(message.entity, message.channel)
    if most is None:
        return True
    given = _key(message.entity, message.channel, at) | {"ceiling": most}
    with connection.cursor() as cursor:
        cursor.execute(TAKE, given)
        return cursor.fetchone() is not None


def give_back(message: Message, *, at: datetime) -> None:
    """What surely did not leave takes no place of the day it was tried."""
    if ceiling(message.entity, message.channel) is not None:
        days = SendingDay.objects.filter(**_key(message.entity, message.channel, at), number__gt=0)
        days.update(number=F("number") - 1)


def tell_full(entity: Entity, channel: str, *, at: datetime) -> None:
    """Once a day and channel: what is above waits, and the supervisors are told (event "outbox.full")."""
    given = _key(entity, channel, at)
    with connection.cursor() as cursor:
        cursor.execute(FULL, given | {"at": at})
        first = cursor.fetchone() is not None
    if first:
        told = {"channel": channel, "on": given["on"].isoformat(), "ceiling": ceiling(entity, channel)}
        emit("outbox.full", entity_id=entity.pk, payload=told, at=at)


def put_off_above(entity: Entity, *, weights_sql: str, origin: str, at: datetime, tell: bool = True) -> dict[str, int]:
    """Spread what is due today above the ceilings over the following days; how many were put off, by channel.

    `weights_sql`: SELECT (origin_id, weight) of messages of `origin`, which may name %(entity)s and %(on)s; the
    heaviest leave first. One statement, none without a ceiling. `tell` the supervisors of what was put off. What a
    worker holds is left to the worker, who asks for a place himself.
    """
    ceilings = {channel: most for channel in SETTINGS if (most := ceiling(entity, channel)) is not None}
    if not ceilings:
        return {}
    on = local_day(entity, at)
    params: dict[str, Any] = {
        "entity": entity.pk,
        "origin": origin,
        "on": on,
        "ends_at": next_day(entity, at),
        "zone": entity.time_zone,
        "channels": [str(channel) for channel in ceilings],
        "ceilings": list(ceilings.values()),
    }
    statement = sql.statement(PACKAGE, "put_off").replace("/* weights */", weights_sql)
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        above: dict[str, int] = dict(cursor.fetchall())
    for channel in above if tell else ():
        tell_full(entity, channel, at=at)
    return above


def _key(entity: Entity, channel: str, at: datetime) -> dict[str, Any]:
    return {"entity": entity.pk, "channel": str(channel), "on": local_day(entity, at)}
