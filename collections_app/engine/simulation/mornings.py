"""What leaves on a day before its night: no night keeps it below the daily ceilings, the outbox does when it leaves."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from collections_app.compliance import gates
from crm.accounts.models import Entity
from crm.core import sql
from telephony.messaging import operations as messaging

HERE = "collections_app.engine.simulation"
LATER = """
update messaging_message m set not_before_at = verdict.not_before_at, reason = verdict.gate || ': ' || verdict.rule
from ({verdicts}) verdict
where m.id = verdict.key and verdict.answer = 'not_before'
"""


def keep_below_ceilings(entity: Entity, on: date, *, night_at: datetime) -> None:
    """Between the beginning of the day `on` and its night, as the outbox would: what was put off until then asks the
    gates again, which may have it wait for an hour; then what is due takes the places of the day."""
    ceilings = messaging.ceilings_of(entity)
    if not ceilings:
        return
    zone = ZoneInfo(entity.time_zone)
    begins_at, ends_at = (datetime.combine(day, time.min, zone) for day in (on, on + timedelta(days=1)))
    window: dict[str, Any] = {"entity": entity.pk, "begins_at": begins_at, "until_at": night_at}
    asked = gates.statement(sql.statement(HERE, "put_off_until_today"))
    of_day = {"on": on, "ends_at": ends_at, "channels": list(ceilings), "ceilings": list(ceilings.values())}
    with connection.cursor() as cursor:
        cursor.execute(LATER.format(verdicts=asked), gates.parameters(begins_at) | {"gate_allowed": ["*"]} | window)
        cursor.execute(sql.statement(HERE, "below_ceilings"), window | of_day)
