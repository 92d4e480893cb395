"""What happens during a day of a simulation: messages leave, people do their tasks, who was kept back is noted."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from collections_app.engine.simulation.night import SimulatedNight
from crm.accounts.models import Entity
from crm.core import sql
from crm.core.among import EVERYBODY, Among

HERE = "collections_app.engine.simulation"
NOON = time(12)
NOTES = """
create unlogged table simulated_block (
    reason text, customer_id bigint, amount numeric, unrated text, first_on date, nights integer,
    primary key (reason, customer_id)
)
"""


def open_notes() -> None:
    """The table of who was kept back."""
    with connection.cursor() as cursor:
        cursor.execute(NOTES)


def note_blocked(night: SimulatedNight) -> None:
    """Who this night kept back, and why."""
    sql.run(HERE, "note_blocked", night.params)


def spend_day(
    entity: Entity, on: date, *, next_night_at: datetime, worked: list[date], delay: int, among: Among = EVERYBODY
) -> None:
    """What follows the night of `on` for these customers: messages leave until the next night; people do, at the noon
    in between if that day is worked, what was opened `delay` worked days before. An evening opens for tomorrow."""
    zone, evening = ZoneInfo(entity.time_zone), int(entity.night_at >= NOON)
    leave(entity, until_at=next_night_at, among=among)
    day = on + timedelta(days=evening)
    if day not in worked:
        return
    place = worked.index(day)
    since = worked[place - delay] if place >= delay else day - timedelta(days=delay + 1)
    noon = datetime.combine(day, NOON, zone)
    _run("work", among, {"entity": entity.pk, "on": day, "since": since, "evening": evening, "noon": noon})


def leave(entity: Entity, *, until_at: datetime, among: Among = EVERYBODY) -> None:
    """Messages of these customers leave, each at its instant, before `until_at`."""
    _run("leave", among, {"entity": entity.pk, "until_at": until_at})


def _run(name: str, among: Among, params: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(among.within(sql.statement(HERE, name)), params)
