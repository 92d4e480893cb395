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
NOTES = """
create unlogged table simulated_block (
    reason text, customer_id bigint, amount numeric, first_on date, nights integer, primary key (reason, customer_id)
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
    """The day `on` of these customers: messages leave until the next night; on a worked day people do what was opened
    `delay` worked days before."""
    params = {"entity": entity.pk, "on": on}
    leave(entity, until_at=next_night_at, among=among)
    if on not in worked:
        return
    place = worked.index(on)
    since = worked[place - delay] if place >= delay else on - timedelta(days=delay + 1)
    noon = datetime.combine(on, time(12), ZoneInfo(entity.time_zone))
    _run("work", among, params | {"since": since, "noon": noon})


def leave(entity: Entity, *, until_at: datetime, among: Among = EVERYBODY) -> None:
    """Messages of these customers leave, each at its instant, before `until_at`."""
    _run("leave", among, {"entity": entity.pk, "until_at": until_at})


def _run(name: str, among: Among, params: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(among.within(sql.statement(HERE, name)), params)
