"""What happens during a day of a simulation: messages leave, people do their tasks, who was kept back is noted."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from collections_app.engine.simulation.night import SimulatedNight
from crm.core import sql

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
    entity_id: int, zone: ZoneInfo, on: date, *, next_night_at: datetime, worked: list[date], delay: int
) -> None:
    """Messages leave until the next night; on a worked day people do what was opened `delay` worked days before."""
    sql.run(HERE, "leave", {"entity": entity_id, "until_at": next_night_at})
    if on not in worked:
        return
    place = worked.index(on)
    since = worked[place - delay] if place >= delay else on - timedelta(days=delay + 1)
    noon = datetime.combine(on, time(12), zone)
    sql.run(HERE, "work", {"entity": entity_id, "on": on, "since": since, "noon": noon})
